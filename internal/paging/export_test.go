package paging

// For the tests of package paging_test: the cursor and what goes in and out of
// it.
type (
	Cursor = cursor
	Window struct{ Page, PerPage int }
	Result struct {
		Count, Fresh, Total int
		Gap, Leap           bool
	}
)

// NewCursorAt is a cursor that has covered so many positions, and is to ask
// again for the last overlap of them.
func NewCursorAt(perPage, covered, overlap int) *Cursor {
	c := newCursor(perPage)
	c.covered, c.highest, c.overlap = covered, covered, overlap
	return c
}

// Next is next.
func (c *cursor) Next() Window {
	w := c.next()
	return Window{w.page, w.perPage}
}

// Expects is expects.
func (c *cursor) Expects() bool { return c.expects() }

// Advance is advance.
func (c *cursor) Advance(r Result) bool {
	return c.advance(result{count: r.Count, fresh: r.Fresh, total: r.Total, gap: r.Gap, leap: r.Leap})
}
