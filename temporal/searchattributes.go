package temporal

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	namespacepb "go.temporal.io/api/namespace/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	sdktemporal "go.temporal.io/sdk/temporal"
	"google.golang.org/protobuf/types/known/durationpb"
)

// The search attributes. Their values are ids: Temporal keeps them unencrypted. They serve operators; the
// product's own lists, by stage and by deadline, come from the database, where a change costs no action.
var (
	// KeyBrand is the brand's id.
	KeyBrand = sdktemporal.NewSearchAttributeKeyKeyword("RapportBrand")
	// KeyCreator is the creator's id.
	KeyCreator = sdktemporal.NewSearchAttributeKeyKeyword("RapportCreator")
	// KeyCampaign is the campaign's id.
	KeyCampaign = sdktemporal.NewSearchAttributeKeyKeyword("RapportCampaign")
)

const visiblePoll = 200 * time.Millisecond

// SearchAttributes returns the names and types that EnsureSearchAttributes asks for. A server on SQL
// has columns for ten keywords and three times.
func SearchAttributes() map[string]enumspb.IndexedValueType {
	return map[string]enumspb.IndexedValueType{
		KeyBrand.GetName():    KeyBrand.GetValueType(),
		KeyCreator.GetName():  KeyCreator.GetValueType(),
		KeyCampaign.GetName(): KeyCampaign.GetValueType(),
	}
}

// EnsureSearchAttributes adds the attributes that the namespace lacks and returns once starts with them
// are accepted. It changes nothing when all are there, and fails when one has another type. Calling it
// at every start is meant; a server where only operators may add attributes is asked only to list them.
func EnsureSearchAttributes(ctx context.Context, c client.Client, namespace string) error {
	listed, err := c.OperatorService().ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: namespace})
	if err != nil {
		return fmt.Errorf("list search attributes of %s: %w", namespace, err)
	}
	missing := SearchAttributes()
	for name, want := range SearchAttributes() {
		have, found := listed.GetCustomAttributes()[name]
		switch {
		case found && have != want:
			return fmt.Errorf("search attribute %s of %s has type %s instead of %s", name, namespace, have, want)
		case found:
			delete(missing, name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	_, err = c.OperatorService().AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{
		Namespace: namespace, SearchAttributes: missing,
	})
	var exists *serviceerror.AlreadyExists
	if err != nil && !errors.As(err, &exists) { // another process may have added them in between
		return fmt.Errorf("add search attributes to %s: %w", namespace, err)
	}

	return awaitSearchAttributes(ctx, c, namespace, slices.Sorted(maps.Keys(missing)))
}

// awaitSearchAttributes waits until the server's caches know the names: until then it refuses queries
// and starts that use them.
func awaitSearchAttributes(ctx context.Context, c client.Client, namespace string, names []string) error {
	tick := time.NewTicker(visiblePoll)
	defer tick.Stop()
	query := strings.Join(names, " IS NULL AND ") + " IS NULL"
	for {
		_, err := c.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{Namespace: namespace, Query: query})
		if err == nil {
			return nil
		}
		if _, refused := errors.AsType[*serviceerror.InvalidArgument](err); !refused {
			return fmt.Errorf("use the new search attributes of %s: %w", namespace, err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the new search attributes of %s: %w", namespace, errors.Join(ctx.Err(), err))
		case <-tick.C:
		}
	}
}

// EnsureNamespace registers the namespace when it is missing and sets how long closed runs are kept,
// at least an hour. It is for servers of one's own; a hosted one gives namespaces by other means.
func EnsureNamespace(ctx context.Context, c client.Client, namespace string, retention time.Duration) error {
	_, err := c.WorkflowService().RegisterNamespace(ctx, &workflowservice.RegisterNamespaceRequest{
		Namespace: namespace, WorkflowExecutionRetentionPeriod: durationpb.New(retention),
	})
	var exists *serviceerror.NamespaceAlreadyExists
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &exists):
		return fmt.Errorf("register namespace %s: %w", namespace, err)
	}
	described, err := c.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: namespace})
	if err != nil {
		return fmt.Errorf("describe namespace %s: %w", namespace, err)
	}
	if described.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration() == retention {
		return nil
	}
	if _, err := c.WorkflowService().UpdateNamespace(ctx, &workflowservice.UpdateNamespaceRequest{
		Namespace: namespace,
		Config:    &namespacepb.NamespaceConfig{WorkflowExecutionRetentionTtl: durationpb.New(retention)},
	}); err != nil {
		return fmt.Errorf("set the retention of namespace %s: %w", namespace, err)
	}

	return nil
}
