package rapport

import (
	"time"

	"github.com/google/uuid"
)

// CampaignHealth says how the partnerships of a campaign go, or of all campaigns. The formulas stand in openapi.yaml.
type CampaignHealth struct {
	Stages    []StageHealth // in the order of Stages
	Drafts    DraftHealth
	Approvers []ApproverHealth
	Budgets   []BudgetHealth // by currency
}

// StageHealth is one stage in which there are partnerships.
type StageHealth struct {
	Stage  Stage
	Count  int
	Median *time.Duration // nil while no stay is over, and for a stage that ends a partnership
	Stays  int            // over how many stays the median is taken
	Ageing int            // partnerships that are in the stage for longer than the median
}

// DraftHealth counts the drafts that were due lately.
type DraftHealth struct{ OnTime, Late int }

// ApproverHealth is a person whose decisions are waited for.
type ApproverHealth struct {
	User                   UserRef
	Waiting, Late, Decided int
	Median                 *time.Duration // nil without a decision
}

// BudgetHealth is the money of one currency, with the meanings it has in a campaign.
type BudgetHealth struct {
	Campaigns                         int
	Budget, Reserved, Committed, Paid Money
}

// AgeingStages are the stages in which a partnership may stay for too long.
func AgeingStages() []Stage {
	return []Stage{StageProspect, StageOutreach, StageInConversation, StageNegotiating, StageContractOut, StageActive, StageWrappingUp}
}

// Move is one thing that moved in a partnership.
type Move struct {
	TimelineEntry

	CreatorName, CampaignName string
}

// MoveFilter narrows a list of moves.
type MoveFilter struct {
	BrandID *uuid.UUID
	Since   time.Time
}
