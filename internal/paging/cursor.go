package paging

// pageRequest is one page to ask for.
type pageRequest struct{ page, perPage int }

func (w pageRequest) start() int { return (w.page - 1) * w.perPage }
func (w pageRequest) end() int   { return w.page * w.perPage }

// result is what a pageRequest brought.
type result struct {
	count int  // elements in the answer
	fresh int  // of them, elements that no pageRequest brought before
	total int  // X-Total, -1 where the server does not send it
	gap   bool // the answer began with an element never seen: it was left unread
}

// defaultPage is how many elements Zadig sends when per_page does not count.
const defaultPage = 20

// patience is how many times a cursor starts over without finding anything
// before it takes a gap for what it is: elements without an order.
const patience = 3

// mostGaps is the same for gaps in a row that it steps back from and finds
// again, although the pages between them are whole.
const mostGaps = 8 * patience

// cursor decides which pageRequest comes next, so that every element which is
// there throughout is seen although elements come and go meanwhile.
//
// Each pageRequest overlaps the last one by an element. New elements appear at the
// top and only widen the overlap. When elements are deleted, the rest moves
// up, perhaps past the overlap; then the pageRequest begins with an element that
// was not seen before, and the cursor steps back, further each time.
type cursor struct {
	perPage int // the largest page to ask for
	covered int // positions from the top on that have been seen
	highest int // what covered has been at the most
	overlap int // how many of them are asked for again
	widen   int // page 1 in this size comes next, 0: no
	fixed   int // the server pages by this size whatever it is asked, 0: no
	last    pageRequest

	// In a row, without anything fresh.
	restarts, gaps int
	acceptGap      bool // until there is something fresh
	unordered      bool // it had to be done before: the next time it is done sooner
}

func newCursor(perPage int) *cursor { return &cursor{perPage: perPage, overlap: 1} }

// next is the pageRequest to ask for.
func (c *cursor) next() pageRequest {
	switch {
	case c.fixed > 0:
		c.last = pageRequest{c.last.page + 1, c.perPage}
	case c.widen > 0:
		c.last = pageRequest{1, c.widen}
	default:
		c.last = c.overlapping()
	}
	return c.last
}

// overlapping is the pageRequest that begins at least c.overlap before the end of
// what is covered and reaches furthest. A page can only begin at a multiple
// of its size, so the size is chosen for the place where it begins.
func (c *cursor) overlapping() pageRequest {
	target := max(c.covered-c.overlap, 0)
	best := pageRequest{1, c.perPage}
	for size := c.perPage; size >= max(c.perPage/2, 1) && target > 0; size-- {
		if w := (pageRequest{target/size + 1, size}); w.end() > best.end() {
			best = w
		}
	}
	for size := c.perPage + 1; c.overlap == 1 && best.end() <= c.covered; size++ { // pages of one or two elements
		best = pageRequest{target/size + 1, size}
	}
	return best
}

// expects tells whether the pageRequest must begin with an element seen before.
func (c *cursor) expects() bool {
	return c.last.page > 1 && c.fixed == 0 && !c.acceptGap
}

// advance takes the result of the pageRequest and tells whether the walk is over.
func (c *cursor) advance(r result) (done bool) {
	if r.fresh > 0 {
		c.restarts, c.gaps, c.acceptGap = 0, 0, false
	}
	if r.gap || (r.count == 0 && c.expects()) {
		c.stepBack()
		return false
	}
	if c.fixed > 0 {
		return r.fresh == 0 || r.count < c.fixed
	}
	asked := c.last.perPage
	c.overlap, c.widen = 1, 0
	c.covered = c.last.start() + r.count
	further := c.covered > c.highest
	c.highest = max(c.highest, c.covered)
	switch {
	case r.count == 0 || r.total == c.covered:
		return true
	case r.count > asked: // per_page does not count: this is all there is, or a page of the server's own size
		c.fixed = r.count
		return false
	case r.count == asked:
		if r.fresh == 0 && further && c.last.page > 1 { // page does not count, or a page's worth is new at the top
			c.widen = 2 * c.covered
		}
		return false
	case r.fresh > 0 && (r.total > c.covered || r.total < 0 && r.count == defaultPage && c.last.page == 1):
		c.perPage = r.count // the server sends less than it is asked for
		return false
	}
	return true
}

// stepBack widens the overlap: to a quarter of a page, a page, four pages and
// so on, to the top.
func (c *cursor) stepBack() {
	if c.overlap >= c.covered { // it was the top already, and a page later the gap is there again
		c.overlap = 1
	}
	switch {
	case c.overlap == 1:
		c.overlap = max(c.perPage/4, 2)
	case c.overlap < c.perPage:
		c.overlap = c.perPage
	default:
		c.overlap *= 4
	}
	if c.overlap >= c.covered {
		c.restarts++
	}
	c.gaps++
	if c.restarts > patience || c.gaps > mostGaps || c.unordered && c.gaps > patience {
		c.acceptGap, c.unordered = true, true
	}
}
