package store

// Forget empties the cache, so that a test sees what the database holds.
func (s *Store) Forget() {
	s.cache.mu.Lock()
	defer s.cache.mu.Unlock()
	clear(s.cache.rounds)
}
