package releases

import (
	"errors"
	"time"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
	"github.com/zadig-go/zadig/delivery"
)

// tail is how many releases --follow begins with by default.
const tail = 10

// followAll writes the last releases, and then each release when it appears and when it
// ends. It returns when the context ends, which is not an error. If the server stops
// responding after a first success, followAll waits until it responds again.
func (c *command) followAll() error {
	begin, err := c.beginning()
	mark := delivery.Mark{CreatedAt: begin}
	reported := "" // the error that was last written to stderr
	for first := true; ; first = false {
		if err == nil {
			err = c.look(&mark, begin)
		}
		err = errors.Join(err, c.out.Flush())
		switch {
		case c.Err() != nil:
			return nil //nolint:nilerr // an interrupt is not an error
		case err == nil && reported != "":
			cli.Say(c.Stderr, "Zadig responds again")
			reported = ""
		case err == nil:
		case first, errors.Is(err, zadig.ErrUnauthorized), errors.Is(err, zadig.ErrBadRequest), errors.Is(err, zadig.ErrLicense):
			return err
		case err.Error() != reported:
			reported = err.Error()
			cli.Complain(c.Stderr, cli.Name+": retrying every "+c.interval.String(), err)
		}
		err = nil
		select {
		case <-c.Done():
			return nil
		case <-time.After(c.interval):
		}
	}
}

// beginning returns the time of the oldest release to begin with, or 0 if there are
// none yet.
func (c *command) beginning() (unix int64, err error) {
	if !c.Since.IsZero() {
		return c.Since.Unix(), nil
	}
	limit := c.Limit
	if limit == 0 {
		limit = tail
	}
	for r, err := range c.Delivery.All(c, c.list) {
		switch {
		case err != nil:
			return 0, err
		case c.selects(r):
			unix = r.VersionInfo.CreatedAt
			limit--
		}
		if limit == 0 {
			break
		}
	}
	if unix == 0 {
		cli.Say(c.Stderr, "no releases match yet")
	}
	return unix, nil
}

// look writes the releases that are new since the mark.
func (c *command) look(mark *delivery.Mark, begin int64) (failed error) {
	for r, err := range c.Delivery.Since(c, mark, c.list) {
		switch failed = err; {
		case err != nil, r.VersionInfo.CreatedAt < begin, !c.selects(r):
		default:
			if err := c.print(r); err != nil {
				return err
			}
		}
	}
	return failed
}
