package cli

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/zadig-go/zadig/zadigtest"
)

// Flags are the flags that commands share. A command registers the ones that it has.
type Flags struct {
	Project, Env, Status string
	Since                time.Time // zero: not set
	Limit                int       // 0: all
	Format               Format
	Statuses             []string // values of --status; set it before Register
	Demo                 bool
	DemoData             func() zadigtest.Data // DemoData if not set before Register
}

// ReleaseStatuses are the values of --status for releases.
var ReleaseStatuses = []string{"success", "failed", "creating"}

// Register adds the named flags to a command. A name that ends in ! is the name of a
// required flag. If there are formats, Register also adds -o, with the first as the
// default.
func (f *Flags) Register(cmd *cobra.Command, formats []Format, names ...string) {
	cmd.ValidArgsFunction = cobra.NoFileCompletions
	if f.DemoData == nil {
		f.DemoData = DemoData
	}
	set := cmd.Flags()
	for _, name := range names {
		name, required := strings.CutSuffix(name, "!")
		switch name {
		case "project":
			usage := "only this `project`; required if you may not view all projects"
			if required {
				usage = "the `project` (required)"
			}
			set.StringVar(&f.Project, name, "", usage)
		case "env":
			set.StringVar(&f.Env, name, "", "only this `environment`")
		case "status":
			set.Func(name, "only those with this `status`: "+strings.Join(f.Statuses, ", "), oneOf(&f.Status, f.Statuses))
			_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(f.Statuses, cobra.ShellCompDirectiveNoFileComp))
		case "since":
			const times = "90m, 12h, 7d, 1w, 2024-03-01 or 2024-03-01T12:00:00+08:00"
			set.Func(name, "only releases created since this `time`, such as "+times, f.setSince)
		case "limit":
			set.Func(name, "only the newest `n` releases; 0 for all", f.setLimit)
		}
		if required {
			_ = cmd.MarkFlagRequired(name)
		}
	}
	if len(formats) > 0 {
		f.Format = formats[0]
		var texts []string
		for _, format := range formats {
			texts = append(texts, string(format))
		}
		set.FuncP("output", "o", "output `format`: "+strings.Join(texts, ", ")+" (default "+texts[0]+")", oneOf(&f.Format, formats))
		_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(texts, cobra.ShellCompDirectiveNoFileComp))
	}
	set.BoolVar(&f.Demo, "demo", false, "read made-up data from a built-in Zadig server instead of yours")
}

func oneOf[T ~string](to *T, values []T) func(string) error {
	return func(text string) error {
		if *to = T(text); !slices.Contains(values, *to) {
			return fmt.Errorf("must be one of %v", values)
		}
		return nil
	}
}

func (f *Flags) setSince(text string) (err error) {
	f.Since, err = ParseSince(text, time.Now())
	return err
}

func (f *Flags) setLimit(text string) (err error) {
	if f.Limit, err = strconv.Atoi(text); err != nil || f.Limit < 0 {
		return errors.New("must be 0 or a positive number")
	}
	return nil
}

// ParseSince parses a time, or a duration before now. A duration may also be in days or
// weeks.
func ParseSince(text string, now time.Time) (time.Time, error) {
	for unit, days := range map[string]int{"d": 1, "w": 7} {
		if count, ok := strings.CutSuffix(text, unit); ok {
			if n, err := strconv.ParseUint(count, 10, 16); err == nil {
				return now.AddDate(0, 0, -int(n)*days), nil
			}
		}
	}
	if ago, err := time.ParseDuration(text); err == nil && ago >= 0 {
		return now.Add(-ago), nil
	}
	for _, layout := range []string{time.RFC3339, time.DateTime, "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			return t, nil
		}
	}
	return time.Time{}, errors.New("must be a duration, such as 12h, 7d or 1w, or a date")
}
