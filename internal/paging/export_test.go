package paging

// The cursor with its parameters and results, for the tests.
type (
	Cursor      = cursor
	PageRequest struct{ Page, PerPage int }
	Result      struct {
		Count, Fresh, Total int
		Gap, Leap           bool
	}
)

// NewCursorAt returns a cursor that has covered this many positions, and whose
// next page must overlap the last of them by overlap.
func NewCursorAt(perPage, covered, overlap int) *Cursor {
	c := newCursor(perPage)
	c.covered, c.highest, c.overlap = covered, covered, overlap
	return c
}

// Next calls next.
func (c *cursor) Next() PageRequest {
	p := c.next()
	return PageRequest{p.page, p.perPage}
}

// Expects calls expects.
func (c *cursor) Expects() bool { return c.expects() }

// Advance calls advance.
func (c *cursor) Advance(r Result) bool {
	return c.advance(result{count: r.Count, fresh: r.Fresh, total: r.Total, gap: r.Gap, leap: r.Leap})
}
