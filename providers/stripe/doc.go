// Package stripe speaks to Stripe: connected accounts, transfers, reversals, balances and signed events.
//
// The vendor's SDK stays inside this folder. Every call carries a context, is sent exactly once (retries belong to the
// caller, who owns the idempotency key) and ends in a verified value or an *Error whose Outcome says what may follow.
package stripe
