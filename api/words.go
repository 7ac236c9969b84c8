package api

import "rapport"

// refusalWords says in one or two sentences why a workflow did not take a command and what to do.
func refusalWords(workflow string, kind rapport.CommandKind, r rapport.Refusal, by string) string {
	return workflow + string(kind) + r.Code + by
}
