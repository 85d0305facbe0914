package transport

import "sync/atomic"

// The retry budget of a client and all its variants: a retry costs retryCost, a
// request that succeeds at the first attempt gives back one, and a retry that
// succeeds gives back its cost. So retries stop when most requests fail, and do not
// multiply the load of an overloaded gateway. The figures are those of the AWS
// SDKs.
const (
	budgetSize = 500
	retryCost  = 5
)

// Budget bounds the retries of many requests. The zero value is a full budget.
type Budget struct{ spent atomic.Int64 }

// take spends the cost of a retry, or reports that too little is left.
func (b *Budget) take() bool {
	if b.spent.Add(retryCost) <= budgetSize {
		return true
	}
	b.spent.Add(-retryCost)
	return false
}

// credit gives back what a success after this many attempts is worth.
func (b *Budget) credit(attempts int) {
	if spent := b.spent.Add(-max(1, int64(attempts-1)*retryCost)); spent < 0 {
		b.spent.CompareAndSwap(spent, 0)
	}
}
