package delivery

import (
	"time"

	"github.com/zadig-go/zadig/internal/nilsafe"
	"github.com/zadig-go/zadig/internal/unixtime"
)

// TestInfo has the test reports of a release.
type TestInfo struct {
	ID          string        `json:"id"`                   // 24 hex digits
	ReleaseID   string        `json:"releaseId"`            // 24 hex digits
	TestReports []*TestReport `json:"testReports,omitzero"` // one per test that ran
	StartTime   int64         `json:"start_time,omitzero"`  // Unix seconds, absent when 0
	EndTime     int64         `json:"end_time,omitzero"`    // Unix seconds, absent when 0
	CreatedAt   int64         `json:"created_at"`           // Unix seconds
	DeletedAt   int64         `json:"deleted_at"`           // Unix seconds, 0: not deleted
}

// Started returns StartTime as a time.Time, or the zero Time if it is unset.
func (t *TestInfo) Started() time.Time { return unixtime.Time(nilsafe.OrZero(t).StartTime) }

// Ended returns EndTime as a time.Time, or the zero Time if it is unset.
func (t *TestInfo) Ended() time.Time { return unixtime.Time(nilsafe.OrZero(t).EndTime) }

// Created returns CreatedAt as a time.Time, or the zero Time if it is unset.
func (t *TestInfo) Created() time.Time { return unixtime.Time(nilsafe.OrZero(t).CreatedAt) }

// Deleted returns DeletedAt as a time.Time, or the zero Time if it is unset.
func (t *TestInfo) Deleted() time.Time { return unixtime.Time(nilsafe.OrZero(t).DeletedAt) }

// TestReport is the outcome of one test: TestSuite for a functional test,
// PerformanceTestSuite for a performance test.
type TestReport struct {
	TestResultPath       string             `json:"testResultPath"`                // where the workflow left the report
	WorkflowName         string             `json:"workflowName"`                  // workflow that ran the test
	TaskID               int                `json:"taskId"`                        // task of that workflow
	TestName             string             `json:"testName"`                      // name of the test in Zadig
	TestSuite            *TestSuite         `json:"testSuite"`                     // nil for a performance test
	PerformanceTestSuite []*PerformanceTest `json:"performanceTestSuite,omitzero"` // empty for a functional test
	StartTime            int64              `json:"start_time,omitzero"`           // Unix seconds, absent when 0
	EndTime              int64              `json:"end_time,omitzero"`             // Unix seconds, absent when 0
}

// Started returns StartTime as a time.Time, or the zero Time if it is unset.
func (t *TestReport) Started() time.Time { return unixtime.Time(nilsafe.OrZero(t).StartTime) }

// Ended returns EndTime as a time.Time, or the zero Time if it is unset.
func (t *TestReport) Ended() time.Time { return unixtime.Time(nilsafe.OrZero(t).EndTime) }

// TestSuite describes a functional test as JUnit reports it.
type TestSuite struct {
	Tests     int         `json:"tests"`               // number of cases
	Failures  int         `json:"failures"`            // cases in which an assertion failed
	Successes int         `json:"successes,omitzero"`  // absent when 0
	Skips     int         `json:"skips"`               // cases that did not run
	Errors    int         `json:"errors"`              // cases that ended with an error
	Time      float64     `json:"time"`                // seconds; the server may send it with an exponent
	SystemOut string      `json:"system_out"`          // standard output
	SystemErr string      `json:"system_err"`          // standard error
	Testcase  []*TestCase `json:"testcase,omitzero"`   // single cases, may be empty although Tests is not 0
	SuiteType string      `json:"suite_type,omitzero"` // since v1.18.0
	Name      string      `json:"name,omitzero"`       // since v1.18.0
}

// TestCase is one case of a TestSuite. It passed if Failure, Skipped and
// Error are nil.
type TestCase struct {
	TCName    string       `json:"tc_name"`    // name of the case
	Classname string       `json:"classname"`  // class or package of the case
	Time      float64      `json:"time"`       // seconds; the server may send it with an exponent
	Failure   *TestFailure `json:"failure"`    // nil unless an assertion failed
	Skipped   *TestSkipped `json:"skipped"`    // nil unless it was skipped
	SystemOut string       `json:"system_out"` // standard output
	SystemErr string       `json:"system_err"` // standard error
	Error     *TestFailure `json:"error"`      // nil unless the case ended with an error
}

// TestFailure says why a TestCase did not pass.
type TestFailure struct {
	Message string `json:"message"` // one line
	Type    string `json:"type"`    // class of the failure, such as "AssertionError"
	Text    string `json:"text"`    // details, often a stack trace
}

// TestSkipped marks a TestCase that did not run. It has no members.
type TestSkipped struct{}

// PerformanceTest is one line of a performance test's report. All values are text
// as the tool wrote it, with units.
type PerformanceTest struct {
	Label      string `json:"label"`      // request that was measured
	Samples    string `json:"samples"`    // number of requests
	Average    string `json:"average"`    // mean response time
	Min        string `json:"min"`        // shortest response time
	Max        string `json:"max"`        // longest response time
	Line       string `json:"line"`       // response time at the percentile that the tool is configured for
	StdDev     string `json:"stdDev"`     // standard deviation of the response time
	Error      string `json:"error"`      // share of failed requests, such as "0.00%"
	Throughput string `json:"throughput"` // such as "85.1/sec"
	ReceivedKb string `json:"receivedKb"` // kilobytes per second
	AvgByte    string `json:"avgByte"`    // bytes per response
}
