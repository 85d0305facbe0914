package report

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"time"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
	"github.com/zadig-go/zadig/delivery"
)

// cache keeps releases and artifacts that no longer change. It appends each to a file of
// JSON lines as it is read, so an interrupted run keeps what it has read. The zero cache
// keeps nothing.
type cache struct {
	releases  map[string]*delivery.Release // by id
	artifacts map[string]*artifact.Artifact

	file   *os.File
	failed error // the first error of writing the file
}

// entry is a line of the file.
type entry struct {
	Zadig    string             `json:"zadig,omitempty"` // in the first line
	Release  *delivery.Release  `json:"release,omitempty"`
	Image    string             `json:"image,omitempty"`
	Artifact *artifact.Artifact `json:"artifact,omitempty"`
}

// openCache opens or creates the cache of the Zadig at base.
func openCache(name, base string) (*cache, error) {
	c := &cache{releases: make(map[string]*delivery.Release), artifacts: make(map[string]*artifact.Artifact)}
	if name == "" {
		return c, nil
	}
	host := hostOf(base)
	old, err := os.Open(name)
	if err == nil {
		err = c.read(old, host)
		old.Close()
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, cli.Usage("--cache: %v", err)
	}
	if c.file, err = os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600); err != nil {
		return nil, cli.Usage("--cache: %v", err)
	}
	if info, err := c.file.Stat(); err == nil && info.Size() == 0 {
		c.write(entry{Zadig: host})
	} else {
		_, c.failed = c.file.WriteString("\n") // after a line that was broken off
	}
	return c, nil
}

// read reads a file. Lines that were broken off are skipped.
func (c *cache) read(file *os.File, host string) error {
	lines := bufio.NewReader(file)
	for n := 0; ; n++ {
		line, err := lines.ReadBytes('\n')
		var e entry
		valid := json.Unmarshal(line, &e) == nil
		switch {
		case n == 0 && len(line) > 0 && (!valid || e.Zadig == ""):
			return fmt.Errorf("%s is not a cache of this program", file.Name())
		case n == 0 && len(line) > 0 && e.Zadig != host:
			return fmt.Errorf("%s is the cache of %s, not of %s", file.Name(), e.Zadig, host)
		case valid && e.Release != nil:
			c.releases[e.Release.VersionInfo.ID] = e.Release
		case valid && e.Artifact != nil:
			c.artifacts[e.Image] = e.Artifact
		}
		if err != nil {
			return nil //nolint:nilerr // the end
		}
	}
}

func (c *cache) write(e entry) {
	if c.file == nil || c.failed != nil {
		return
	}
	c.failed = json.NewEncoder(c.file).Encode(e)
}

// settled is the age after which a release or a build no longer changes.
const settled = 24 * time.Hour

// release returns the details of a listed release, if they are known.
func (c *cache) release(listed *delivery.Release) *delivery.Release {
	known := c.releases[listed.VersionInfo.ID]
	if known == nil || known.VersionInfo.Status != listed.VersionInfo.Status {
		return nil
	}
	known.VersionInfo = listed.VersionInfo
	return known
}

func (c *cache) addRelease(r *delivery.Release) {
	if time.Since(r.VersionInfo.Created()) > settled {
		c.write(entry{Release: r})
	}
}

func (c *cache) addArtifact(image string, a *artifact.Artifact) {
	if time.Since(a.Created()) > settled {
		c.write(entry{Image: image, Artifact: a})
	}
}

func (c *cache) close() error {
	if c.file == nil {
		return nil
	}
	return errors.Join(c.failed, c.file.Close())
}

// hostOf returns the part of an address that may be shown or stored.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "demo"
	}
	return u.Host
}
