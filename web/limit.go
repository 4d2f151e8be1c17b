package web

import (
	"net/netip"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
)

// mostClients bounds the memory of a limiter.
const mostClients = 50_000

// A limiter lets each client act n times at once and n times per period from
// then on. Clients are told apart by network, /24 or /64: a household or an
// attacker has a whole one. It lives in memory: several replicas allow as many
// times more.
type limiter struct {
	now  func() time.Time
	gap  time.Duration // between two acts, at an even pace
	full time.Duration // the period

	mu sync.Mutex
	// paid is, by client, until when it has used up its acts (the generic cell
	// rate algorithm). An entry in the past is as good as none. The key is a
	// network, or whatever else tells clients apart.
	paid map[any]time.Time
}

// limit makes a limiter of n acts per period, which wraps handlers: more than
// that is ErrTooMany. Routes that share one share the count.
func (s *Server) limit(n int, period time.Duration) *limiter {
	return &limiter{
		now: s.now, gap: period / time.Duration(n), full: period,
		paid: make(map[any]time.Time),
	}
}

// on puts the limit before handler.
func (l *limiter) on(handler func(*gin.Context) error) func(*gin.Context) error {
	return func(c *gin.Context) error {
		if !l.allow(network(c.ClientIP())) {
			return ErrTooMany
		}
		return handler(c)
	}
}

func (l *limiter) allow(client any) bool {
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	paid := l.paid[client]
	if paid.Before(now) {
		paid = now
	}
	paid = paid.Add(l.gap)
	if paid.After(now.Add(l.full)) {
		return false
	}
	if len(l.paid) >= mostClients {
		l.forget(now)
	}
	l.paid[client] = paid
	return true
}

// may reports whether allow would let the client act, and counts nothing.
func (l *limiter) may(client any) bool {
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	paid := l.paid[client]
	if paid.Before(now) {
		paid = now
	}
	return !paid.Add(l.gap).After(now.Add(l.full))
}

// forget drops who has nothing used up, and everybody when that is nobody: a
// flood from many networks then costs the limit and not the memory.
func (l *limiter) forget(now time.Time) {
	for client, paid := range l.paid {
		if !paid.After(now) {
			delete(l.paid, client)
		}
	}
	if len(l.paid) >= mostClients {
		clear(l.paid)
	}
}

// network is the /24 or /64 of an address; what is no address is all one.
func network(address string) netip.Prefix {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return netip.Prefix{}
	}
	ip = ip.Unmap().WithZone("")
	bits := 64
	if ip.Is4() {
		bits = 24
	}
	prefix, err := ip.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return prefix
}
