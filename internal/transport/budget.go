package transport

import "sync/atomic"

// A client and its variants share a retry budget. Each retry costs retryCost. A
// request that succeeds at the first attempt gives back 1, and one that succeeds
// after retries gives back their cost. When most requests fail, the budget runs out
// and retries stop, so that they do not multiply the load on an overloaded gateway.
// The figures are those of the AWS SDKs.
const (
	budgetSize = 500
	retryCost  = 5
)

// Budget bounds the retries of many requests. The zero value is a full budget.
type Budget struct{ spent atomic.Int64 }

// take spends the cost of a retry. It returns false if too little is left.
func (b *Budget) take() bool {
	if b.spent.Add(retryCost) <= budgetSize {
		return true
	}
	b.spent.Add(-retryCost)
	return false
}

// credit restores the budget after a request that succeeded at this attempt.
func (b *Budget) credit(attempts int) {
	if spent := b.spent.Add(-max(1, int64(attempts-1)*retryCost)); spent < 0 {
		b.spent.CompareAndSwap(spent, 0)
	}
}
