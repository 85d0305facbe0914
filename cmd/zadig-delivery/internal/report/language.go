package report

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// language is the language of the page. The zero language is English, whose texts
// are the keys of the other languages.
type language struct{ texts map[string]string }

//go:embed page/zh.json
var chinese []byte

func (l *language) set(code string) error {
	switch code {
	case "en":
		*l = language{}
		return nil
	case "zh":
		return json.Unmarshal(chinese, &l.texts)
	}
	return fmt.Errorf("must be en or zh")
}

// Tag returns the value of the page's lang attribute.
func (l language) Tag() string {
	if l.texts == nil {
		return "en"
	}
	return "zh-CN"
}

// text translates an English text, and replaces each {} with the next argument.
func (l language) text(english string, args ...any) string {
	text := english
	if translated, ok := l.texts[english]; ok {
		text = translated
	}
	for _, arg := range args {
		text = strings.Replace(text, "{}", fmt.Sprint(arg), 1)
	}
	return text
}

// count returns a number of things, such as "1 release" or "2,000 releases".
func (l language) count(n int, what string) string {
	if l.texts == nil {
		return counted(n, what)
	}
	return l.text("{} "+what, thousands(n))
}

// counted is like count, but in English, which is the language of the terminal.
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return thousands(n) + " " + what + "s"
}

// thousands writes 1000 as 1,000.
func thousands(n int) string {
	digits := strconv.Itoa(n)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}

// rate writes how many there are in a week or month: 0.4, 12, 1,000.
func rate(n float64) string {
	const exact = 10 // larger rates need no decimal
	if n >= exact {
		return thousands(int(n + 0.5))
	}
	return strings.TrimSuffix(strconv.FormatFloat(n, 'f', 1, 64), ".0")
}

// percent writes a share between 0 and 1.
func percent(share float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(100*share, 'f', 1, 64), ".0") + " %"
}

// duration writes a duration as people say it, with its two largest units.
func (l language) duration(d time.Duration) string {
	seconds := int(d.Round(time.Second).Seconds())
	var parts []string
	for _, unit := range []struct {
		name    string
		seconds int
	}{{"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}} {
		n := seconds / unit.seconds
		seconds %= unit.seconds
		if n == 0 && len(parts) > 0 {
			break
		}
		if n > 0 || unit.seconds == 1 {
			parts = append(parts, strconv.Itoa(n)+l.text(unit.name))
		}
	}
	return strings.Join(parts[:min(len(parts), 2)], " ")
}

func day(t time.Time) string    { return t.Format(time.DateOnly) }
func minute(t time.Time) string { return t.Format("2006-01-02 15:04") }
