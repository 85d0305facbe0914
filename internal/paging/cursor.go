package paging

// pageRequest is a page to request.
type pageRequest struct{ page, perPage int }

func (p pageRequest) start() int { return (p.page - 1) * p.perPage }
func (p pageRequest) end() int   { return p.page * p.perPage }

// result describes the elements of a page. "Seen before" refers to one pass over
// the list.
type result struct {
	count int  // elements in the response
	fresh int  // elements not seen before
	total int  // X-Total, -1 where the server does not send it
	gap   bool // the page should have begun with an element seen before, and was left unread
	leap  bool // the page began with an element not seen before, as it was allowed to
}

// patience is the number of attempts in a row after which a cursor gives up.
const patience = 3

// mostGaps is the number of gaps in a row after which a cursor gives up, although
// the pages between them had no gap.
const mostGaps = 8 * patience

// cursor determines the next page to request, so that every element that is in
// the list throughout is seen, although others are created and deleted meanwhile.
//
// Each page overlaps the last one by an element. New elements appear at the
// top and only widen the overlap. When elements are deleted, the rest moves
// up, perhaps past the overlap. The page then begins with an element that was
// not seen before, and the cursor steps back, further each time.
//
// The list ends with a page that is shorter than requested. A server or a
// gateway that limits the size of a page sends such pages too. A short page is
// therefore the last only if X-Total agrees or an earlier page was larger.
type cursor struct {
	perPage int  // the largest page to request
	capped  bool // the server may send no more than perPage
	covered int  // positions from the top on that have been seen
	highest int  // the most that covered has been
	largest int  // the most elements that a page had
	found   int  // elements seen
	total   int  // the last X-Total, or -1
	overlap int  // how many covered positions are requested again
	widen   int  // the next request is page 1 of this size, 0: no
	fixed   int  // the server pages by this size whatever is requested, 0: no
	last    pageRequest

	// leapt means that a page followed another one without overlapping it:
	// elements between them may have been skipped.
	leapt bool
	// stuck means that the list repeats itself, or changes faster than it can
	// be read.
	stuck bool

	// Counts since the last fresh element.
	restarts, gaps, idle, disagreements int

	stalls    int  // pages in a row that do not reach further
	acceptGap bool // until a page has a fresh element
	unordered bool // a gap was accepted before, so the next is accepted sooner
}

func newCursor(perPage int) *cursor { return &cursor{perPage: perPage, overlap: 1, total: -1} }

// again returns a cursor at the top, with what is known about the server's paging.
func (c *cursor) again() *cursor {
	next := newCursor(c.perPage)
	next.capped, next.largest, next.fixed, next.unordered = c.capped, c.largest, c.fixed, c.unordered
	return next
}

// next returns the page to request.
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

// overlapping returns the page that reaches furthest of those that begin at least
// c.overlap positions before the end of what is covered. A page can only begin at
// a multiple of its size, so the size depends on where the page begins.
func (c *cursor) overlapping() pageRequest {
	target := max(c.covered-c.overlap, 0)
	best := pageRequest{1, c.perPage}
	for size := c.perPage; size >= max(c.perPage/2, 1) && target > 0; size-- {
		if p := (pageRequest{target/size + 1, size}); p.end() > best.end() {
			best = p
		}
	}
	if c.overlap > 1 || best.end() > c.covered {
		return best
	}
	// No page of this size or less overlaps, for example if pages of two have
	// covered four positions.
	if c.capped {
		return pageRequest{c.covered/c.perPage + 1, c.perPage}
	}
	for size := c.perPage + 1; best.end() <= c.covered; size++ {
		best = pageRequest{target/size + 1, size}
	}
	return best
}

// expects reports whether the page must begin with an element seen before.
func (c *cursor) expects() bool {
	return c.last.page > 1 && c.last.start() < c.covered && c.fixed == 0 && !c.acceptGap
}

// advance takes the result of the page and reports whether it was the last.
func (c *cursor) advance(r result) (done bool) {
	c.found += r.fresh
	c.total = r.total
	if r.fresh > 0 {
		c.restarts, c.gaps, c.idle, c.disagreements, c.acceptGap = 0, 0, 0, 0, false
	}
	if r.count == 0 && c.capped && !c.several() && r.total <= c.covered {
		return true // the only page was shorter than requested, and no element follows it
	}
	if c.stalls++; c.stalls > 4*mostGaps+2*c.highest/c.perPage {
		c.stuck = true
		return true
	}
	if r.gap || r.count == 0 && c.expects() {
		c.stepBack()
		return false
	}
	c.leapt = c.leapt || r.leap || r.count == 0 && c.last.page > 1 && c.several()
	if r.fresh == 0 {
		if c.idle++; c.idle > 2*patience+2*c.found/c.perPage {
			c.stuck = true
			return true
		}
	}
	if c.fixed > 0 {
		if r.fresh > 0 {
			c.covered = (c.last.page-1)*c.fixed + r.count
		}
		return r.count < c.fixed || r.fresh == 0 && !c.several()
	}
	widened := c.widen > 0
	if c.overlap, c.widen = 1, 0; r.count < c.last.perPage {
		return c.advanceShort(r, widened)
	}
	c.largest = max(c.largest, r.count)
	c.covered = c.last.start() + r.count
	further := c.covered > c.highest
	if further {
		c.highest, c.stalls = c.covered, 0
	}
	switch {
	case r.count > c.last.perPage: // per_page has no effect: everything, or a page of the server's own size
		c.fixed = r.count
	case r.fresh == 0 && further && c.last.page > 1 && (!c.capped || !c.several()): // page has no effect, or as many elements as a page has are new at the top
		c.widen = 2 * c.covered
	}
	return false
}

// advanceShort is advance for a page that is shorter than requested.
func (c *cursor) advanceShort(r result, widened bool) (done bool) {
	limit := r.count > 0 && r.count >= c.largest // perhaps on the size of a page
	certain := c.last.page == 1 || c.last.perPage <= c.largest
	c.largest = max(c.largest, r.count)
	if limit && !certain { // the server limits the size of a page
		c.perPage, c.capped = r.count, true
		return false
	}
	c.covered = c.last.start() + r.count
	c.highest = max(c.highest, c.covered)
	switch {
	case r.total == c.covered:
		return true
	case limit && widened && r.fresh == 0: // page has no effect, or the new elements at the top are deleted again
		c.leapt = c.leapt || c.capped
	case limit:
		c.perPage, c.capped = r.count, true
		return false
	case r.total > c.covered: // elements were created meanwhile, or X-Total is too large
		c.disagreements++
		return c.disagreements >= patience
	}
	return true
}

// several reports whether more than one page had fresh elements, which shows that
// page has an effect.
func (c *cursor) several() bool { return c.found > c.largest }

// incomplete reports whether the list ended before X-Total elements.
func (c *cursor) incomplete() bool { return c.total > c.covered }

// stepBack widens the overlap: to a quarter of a page, a page, four pages and
// so on, to the top.
func (c *cursor) stepBack() {
	if c.overlap >= c.covered { // it was at the top already, and the gap is there again
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
