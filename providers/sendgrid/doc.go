// Package sendgrid speaks to SendGrid: it sends mail, asks how much SendGrid counted, verifies what SendGrid posts back,
// and reads the mails people send us.
//
// The vendor's SDK stays inside this folder. Sending has no idempotency at SendGrid, so every Send goes out at most
// once and ends in an id or an *Error whose Outcome says whether the mail may have left.
package sendgrid
