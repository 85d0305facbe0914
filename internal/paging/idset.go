package paging

import (
	"crypto/sha256"
	"encoding/hex"
)

// idSet remembers ids in 16 bytes each: the 12 bytes of an object id, or a
// hash of whatever else a server uses.
type idSet map[[16]byte]struct{}

func (s idSet) add(id string) (fresh bool) {
	k := key(id)
	if _, known := s[k]; known {
		return false
	}
	s[k] = struct{}{}
	return true
}

func (s idSet) has(id string) bool {
	_, known := s[key(id)]
	return known
}

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
