// Package nilsafe handles nil pointers and nil elements of slices, for members
// that servers leave out.
package nilsafe

import "iter"

// OrZero returns p, or a pointer to a zero T if p is nil, so that a method returns
// the same for a nil pointer as for a zero value.
func OrZero[T any](p *T) *T {
	if p == nil {
		return new(T)
	}
	return p
}

// Values yields the elements that are not nil.
func Values[T any](elements []*T) iter.Seq[*T] {
	return func(yield func(*T) bool) {
		for _, e := range elements {
			if e != nil && !yield(e) {
				return
			}
		}
	}
}

// Select returns the elements that are not nil and for which wanted is true, or nil.
func Select[T any](elements []*T, wanted func(*T) bool) (selected []*T) {
	for e := range Values(elements) {
		if wanted(e) {
			selected = append(selected, e)
		}
	}
	return selected
}
