package paging

import (
	"context"
	"slices"

	"github.com/zadig-go/zadig/internal/ordered"
)

// Complete returns the elements of a page completed, at most concurrency at once,
// without those that are not wanted. It stops at the first error in the order of
// the page.
func Complete[T any](ctx context.Context, concurrency int, items []T, complete func(context.Context, T) (T, bool, error)) ([]T, error) {
	type completed struct {
		item   T
		wanted bool
		err    error
	}
	all := items[:0:0]
	for c := range ordered.Map(ctx, concurrency, slices.Values(items), func(ctx context.Context, item T) (c completed) {
		c.item, c.wanted, c.err = complete(ctx, item)
		return c
	}) {
		if c.err != nil {
			return nil, c.err
		}
		if c.wanted {
			all = append(all, c.item)
		}
	}
	return all, nil
}
