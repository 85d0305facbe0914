package paging

import (
	"crypto/sha256"
	"encoding/hex"
)

// idSet remembers ids in 16 bytes each, and the last pass over the list in
// which each was seen. A key holds the 12 bytes of an object id, or a hash of any
// other id.
type idSet map[[16]byte]uint8

// add records that an id was seen in a pass, counted from 1. It returns the pass
// in which the id was last seen before, or 0.
func (s idSet) add(id string, pass uint8) (before uint8) {
	k := key(id)
	before = s[k]
	if before != pass {
		s[k] = pass
	}
	return before
}

// has reports whether an id was seen in this pass.
func (s idSet) has(id string, pass uint8) bool { return s[key(id)] == pass }

func key(id string) (k [16]byte) {
	if len(id) == 24 {
		if n, err := hex.Decode(k[:], []byte(id)); err == nil && n == 12 {
			return k
		}
	}
	sum := sha256.Sum256([]byte(id))
	copy(k[:], sum[:])
	return k
}
