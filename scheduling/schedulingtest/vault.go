package schedulingtest

import (
	"maps"

	"parley/scheduling"
)

// A Vault is a scheduling.Vault in memory. Fail, if it is set, is what every
// Read of an answer comes to.
type Vault struct {
	Fail error

	content map[sealedKey]string
}

type sealedKey struct {
	party scheduling.PartyID
	name  string
}

// NewVault is an empty vault.
func NewVault() *Vault { return &Vault{content: map[sealedKey]string{}} }

// Read is scheduling.Vault's.
func (v *Vault) Read(party scheduling.PartyID, name string) ([]byte, error) {
	if v.Fail != nil && name == scheduling.SealedAnswer {
		return nil, v.Fail
	}
	if c, ok := v.content[sealedKey{party, name}]; ok {
		return []byte(c), nil
	}
	return nil, nil
}

// Write is scheduling.Vault's.
func (v *Vault) Write(party scheduling.PartyID, name string, content []byte) error {
	v.content[sealedKey{party, name}] = string(content)
	return nil
}

// Erase is scheduling.Vault's.
func (v *Vault) Erase(party scheduling.PartyID, name string) {
	delete(v.content, sealedKey{party, name})
}

// Fork is scheduling.Vault's.
func (v *Vault) Fork() scheduling.Vault { return v.fork() }

func (v *Vault) fork() *Vault { return &Vault{Fail: v.Fail, content: maps.Clone(v.content)} }

func (v *Vault) same(o *Vault) bool { return maps.Equal(v.content, o.content) }
