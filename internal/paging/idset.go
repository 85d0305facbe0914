package paging

import (
	"crypto/sha256"
	"encoding/hex"
)

// idSet remembers ids in 16 bytes each: the 12 bytes of an object id, or a hash
// of any other.
type idSet map[[16]byte]struct{}

// add reports whether the id is new.
func (s idSet) add(id string) bool {
	n := len(s)
	s[key(id)] = struct{}{}
	return len(s) > n
}

func (s idSet) has(id string) bool {
	_, ok := s[key(id)]
	return ok
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
