// Table prints the table of BENCHMARKS.md from the outputs of go test -bench,
// one file for each Go release:
//
//	go run ./table go1.26.txt go1.27.txt
//
// A cell is the median of the ratios of all runs, with the least and the
// greatest in brackets.
package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// row compares two benchmarks, or shows a metric of one.
type row struct {
	what, than, sdk string // names without "Benchmark"; than "": sdk alone
	unit            string
	faster          bool // how many times less sdk takes; else the ratio itself
}

const (
	all   = "All/sdk/SkipManifests=false"
	skip  = "All/sdk/SkipManifests=true"
	plain = "All/by-hand"
)

var rows = []row{
	{"`All`, 1,000 releases of v1.11, 2 processors", plain + "-2", all + "-2", "ns/op", true},
	{"the same, 1 processor", plain, all, "ns/op", true},
	{"`All`, against resty, 2 processors", "All/resty-2", all + "-2", "ns/op", true},
	{"`All`: allocations", plain, all, "allocs/op", false},
	{"`All` with `SkipManifests`, 2 processors", plain + "-2", skip + "-2", "ns/op", true},
	{"the same, 1 processor", plain, skip, "ns/op", true},
	{"the JSON library alone, 1 processor: the upper limit for `All`", plain, "All/library", "ns/op", true},
	{"reading the same bytes without decoding them, 1 processor", plain, "All/discard", "ns/op", true},
	{"`Trace`", "Trace/by-hand-2", "Trace/sdk-2", "ns/op", true},
	{"`Trace`: allocations", "Trace/by-hand-2", "Trace/sdk-2", "allocs/op", false},
	{"`Trace`, against resty", "Trace/resty-2", "Trace/sdk-2", "ns/op", true},
	{"`Trace` from 64 goroutines", "Trace64/by-hand-2", "Trace64/sdk-2", "ns/op", true},
	{"the same with the SDK's own transport: number of connections", "", "Trace64/sdk/default-transport-2", "connections", false},
	{"a page of 100 MB: peak heap of the code written by hand, MB", "", "All100MB/by-hand-2", "peak-heap-MB", false},
	{"the same: peak heap of the SDK, MB", "", "All100MB/sdk-2", "peak-heap-MB", false},
	{"the same: time to the first release, as a percentage of the time for the page", "", "All100MB/sdk-2", "first-release-%", false},
	{"`All`, 1,000 releases of v5.0.0, each read by id, 5 ms a request",
		"AllDetailed/latency=5ms/concurrency=1-2", "AllDetailed/latency=5ms/concurrency=8-2", "ns/op", true},
	{"the same, 20 ms", "AllDetailed/latency=20ms/concurrency=1-2", "AllDetailed/latency=20ms/concurrency=8-2", "ns/op", true},
	{"`TraceMany`, 200 images, 5 ms a request", "TraceMany/latency=5ms/loop-2", "TraceMany/latency=5ms/sdk-2", "ns/op", true},
	{"the same, 20 ms", "TraceMany/latency=20ms/loop-2", "TraceMany/latency=20ms/sdk-2", "ns/op", true},
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: table go1.26.txt go1.27.txt")
		os.Exit(2)
	}
	var (
		head  = "| What |"
		line  = "|---|"
		files []map[string][]float64
	)
	for _, name := range os.Args[1:] {
		values, err := read(name)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		files = append(files, values)
		head += " " + strings.TrimSuffix(filepath.Base(name), ".txt") + " |"
		line += "---|"
	}
	fmt.Println(head)
	fmt.Println(line)
	for _, r := range rows {
		fmt.Printf("| %s |", r.what)
		for _, values := range files {
			fmt.Printf(" %s |", r.cell(values))
		}
		fmt.Println()
	}
}

// read returns the values of each benchmark and unit, in the order of the runs.
func read(name string) (map[string][]float64, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	values := make(map[string][]float64)
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		for i := 2; i+1 < len(fields); i += 2 {
			if v, err := strconv.ParseFloat(fields[i], 64); err == nil {
				key := strings.TrimPrefix(fields[0], "Benchmark") + " " + fields[i+1]
				values[key] = append(values[key], v)
			}
		}
	}
	return values, lines.Err()
}

func (r row) cell(values map[string][]float64) string {
	sdk, than := values[r.sdk+" "+r.unit], values[r.than+" "+r.unit]
	var ratios []float64
	for i := range sdk {
		switch {
		case r.than == "":
			ratios = append(ratios, sdk[i])
		case i >= len(than):
		case r.faster:
			ratios = append(ratios, than[i]/sdk[i])
		default:
			ratios = append(ratios, sdk[i]/than[i])
		}
	}
	if len(ratios) == 0 {
		return "–"
	}
	slices.Sort(ratios)
	times := ""
	if r.faster {
		times = " ×"
	}
	return fmt.Sprintf("%.3g%s (%.3g–%.3g)", ratios[len(ratios)/2], times, ratios[0], ratios[len(ratios)-1])
}
