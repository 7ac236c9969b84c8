package api

import (
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/api/gen"
)

func spec(t *testing.T) *openapi3.T {
	t.Helper()
	s, err := gen.GetSpec()
	require.NoError(t, err)
	return s
}

// RolesOf are the roles that the table names for an operation; none for one that takes anybody, a creator, or whoever is signed in.
func RolesOf(id string) []rapport.Role { return accessTable()[id].roles }

func TestEveryOperationHasARowAndEveryRowAnOperation(t *testing.T) {
	t.Parallel()
	_, err := operationsOf(spec(t))
	require.NoError(t, err)
	for id := range accessTable() {
		table := accessTable()
		delete(table, id)
		_, err := join(spec(t), table)
		require.ErrorContains(t, err, id)
	}
	table := accessTable()
	table["sellEverything"] = access{who: public}
	_, err = join(spec(t), table)
	require.ErrorContains(t, err, "sellEverything")
	table = accessTable()
	table["getCampaign"] = access{who: withRole}
	_, err = join(spec(t), table)
	require.ErrorContains(t, err, "getCampaign", "an empty list of roles is no row")
}

func TestTableKeepsTheRulesOfTheHouse(t *testing.T) {
	t.Parallel()
	operations, err := operationsOf(spec(t))
	require.NoError(t, err)
	for id, op := range operations {
		method := op.route.Method
		writes := method != "GET" && method != "HEAD"
		for _, role := range op.roles {
			if writes {
				require.NotEqual(t, rapport.RoleAuditor, role, "%s: an auditor writes nothing", id)
				require.NotEqual(t, rapport.RoleGuest, role, "%s: a guest writes nothing", id)
			}
			if op.money {
				require.True(t, role.Finance(), "%s: only finance moves money", id)
			}
		}
		if op.money {
			require.True(t, op.keyed, "%s: money needs a key", id)
		}
		if op.waits {
			require.NotNil(t, op.route.Operation.Responses.Value("202"), "%s: the contract has no answer for a verdict that is late", id)
		}
		if method == "POST" && op.who != public && id != "stepUp" { // a code proves once, whatever the key
			require.True(t, op.keyed, "%s: an acting POST takes a key", id)
		}
		if op.who == public {
			require.NotNil(t, op.route.Operation.Security, "%s: the contract says that it is public", id)
			require.Empty(t, *op.route.Operation.Security)
		}
	}
}
