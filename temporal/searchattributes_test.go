package temporal_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"rapport/temporal"
	"rapport/temporal/devtest"
)

func TestNamespaceAndAttributes(t *testing.T) {
	t.Parallel()
	server := devtest.Start(t)
	c := connect(t, server)
	attributes := func(namespace string) map[string]enumspb.IndexedValueType {
		list, err := c.OperatorService().ListSearchAttributes(t.Context(), &operatorservice.ListSearchAttributesRequest{Namespace: namespace})
		require.NoError(t, err)

		return list.GetCustomAttributes()
	}

	t.Run("the embedded server has the same list", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, temporal.SearchAttributes(), attributes(server.Namespace))
		require.NoError(t, temporal.EnsureSearchAttributes(t.Context(), c, server.Namespace))
	})
	t.Run("an empty server", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		retention := func() time.Duration {
			ns, err := c.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: "other"})
			require.NoError(t, err)

			return ns.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration()
		}
		require.NoError(t, temporal.EnsureNamespace(ctx, c, "other", 48*time.Hour))
		require.Equal(t, 48*time.Hour, retention())
		require.NoError(t, temporal.EnsureNamespace(ctx, c, "other", 72*time.Hour))
		require.NoError(t, temporal.EnsureNamespace(ctx, c, "other", 72*time.Hour))
		require.Equal(t, 72*time.Hour, retention())

		require.Empty(t, attributes("other"))
		require.NoError(t, temporal.EnsureSearchAttributes(ctx, c, "other"))
		require.Equal(t, temporal.SearchAttributes(), attributes("other"))
		require.NoError(t, temporal.EnsureSearchAttributes(ctx, c, "other"))

		there, err := temporal.Dial(ctx, temporal.Config{Address: server.Address, Namespace: "other"})
		require.NoError(t, err)
		defer there.Close()
		v, err := temporal.NewDeliverer(there, 10*time.Second).Deliver(ctx, startOf(uuid.NewString()))
		require.NoError(t, err)
		require.Nil(t, v.Refused)
	})
	t.Run("another type", func(t *testing.T) {
		t.Parallel()
		require.NoError(t, temporal.EnsureNamespace(t.Context(), c, "clash", 48*time.Hour))
		_, err := c.OperatorService().AddSearchAttributes(t.Context(), &operatorservice.AddSearchAttributesRequest{
			Namespace: "clash", SearchAttributes: map[string]enumspb.IndexedValueType{"RapportBrand": enumspb.INDEXED_VALUE_TYPE_INT},
		})
		require.NoError(t, err)
		err = temporal.EnsureSearchAttributes(t.Context(), c, "clash")
		require.ErrorContains(t, err, "RapportBrand of clash has type Int instead of Keyword")
	})
	t.Run("no server", func(t *testing.T) {
		t.Parallel()
		lost, err := client.NewLazyClient(client.Options{HostPort: "127.0.0.1:1"})
		require.NoError(t, err)
		defer lost.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		require.ErrorContains(t, temporal.EnsureSearchAttributes(ctx, lost, "n"), "list search attributes of n")
		require.ErrorContains(t, temporal.EnsureNamespace(ctx, lost, "n", time.Hour), "register namespace n")
	})
}
