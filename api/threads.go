package api

import (
	"context"

	"rapport"
	"rapport/api/gen"
)

// ListThreads is not built yet.
func (s *Server) ListThreads(_ context.Context, _ gen.ListThreadsRequestObject) (gen.ListThreadsResponseObject, error) {
	return nil, rapport.Errorf(rapport.CodeNotFound, "not built")
}

// GetThread is not built yet.
func (s *Server) GetThread(_ context.Context, _ gen.GetThreadRequestObject) (gen.GetThreadResponseObject, error) {
	return nil, rapport.Errorf(rapport.CodeNotFound, "not built")
}

// ListThreadMessages is not built yet.
func (s *Server) ListThreadMessages(_ context.Context, _ gen.ListThreadMessagesRequestObject) (gen.ListThreadMessagesResponseObject, error) {
	return nil, rapport.Errorf(rapport.CodeNotFound, "not built")
}

// AssignThread is not built yet.
func (s *Server) AssignThread(_ context.Context, _ gen.AssignThreadRequestObject) (gen.AssignThreadResponseObject, error) {
	return nil, rapport.Errorf(rapport.CodeNotFound, "not built")
}

// SetThreadState is not built yet.
func (s *Server) SetThreadState(_ context.Context, _ gen.SetThreadStateRequestObject) (gen.SetThreadStateResponseObject, error) {
	return nil, rapport.Errorf(rapport.CodeNotFound, "not built")
}

// SnoozeThread is not built yet.
func (s *Server) SnoozeThread(_ context.Context, _ gen.SnoozeThreadRequestObject) (gen.SnoozeThreadResponseObject, error) {
	return nil, rapport.Errorf(rapport.CodeNotFound, "not built")
}

// SetThreadPrivacy is not built yet.
func (s *Server) SetThreadPrivacy(_ context.Context, _ gen.SetThreadPrivacyRequestObject) (gen.SetThreadPrivacyResponseObject, error) {
	return nil, rapport.Errorf(rapport.CodeNotFound, "not built")
}

// MergeThread is not built yet.
func (s *Server) MergeThread(_ context.Context, _ gen.MergeThreadRequestObject) (gen.MergeThreadResponseObject, error) {
	return nil, rapport.Errorf(rapport.CodeNotFound, "not built")
}

// SplitThread is not built yet.
func (s *Server) SplitThread(_ context.Context, _ gen.SplitThreadRequestObject) (gen.SplitThreadResponseObject, error) {
	return nil, rapport.Errorf(rapport.CodeNotFound, "not built")
}

// ListCannedAnswers is not built yet.
func (s *Server) ListCannedAnswers(_ context.Context, _ gen.ListCannedAnswersRequestObject) (gen.ListCannedAnswersResponseObject, error) {
	return nil, rapport.Errorf(rapport.CodeNotFound, "not built")
}

// SaveCannedAnswer is not built yet.
func (s *Server) SaveCannedAnswer(_ context.Context, _ gen.SaveCannedAnswerRequestObject) (gen.SaveCannedAnswerResponseObject, error) {
	return nil, rapport.Errorf(rapport.CodeNotFound, "not built")
}

// RemoveCannedAnswer is not built yet.
func (s *Server) RemoveCannedAnswer(_ context.Context, _ gen.RemoveCannedAnswerRequestObject) (gen.RemoveCannedAnswerResponseObject, error) {
	return nil, rapport.Errorf(rapport.CodeNotFound, "not built")
}
