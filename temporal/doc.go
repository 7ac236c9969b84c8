// Package temporal connects to a Temporal server: client, data converter, search attributes, delivery,
// logs and metrics. It knows workflows only by name and payloads only as JSON.
package temporal
