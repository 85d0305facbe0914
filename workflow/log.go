package workflow

import "log/slog"

// LogValue returns what identifies the task, its status and its error. It leaves
// out the jobs, whose specs may hold credentials.
func (t *Task) LogValue() slog.Value {
	if t == nil {
		return slog.Value{}
	}
	return slog.GroupValue(
		slog.String("project", t.ProjectName),
		slog.String("workflow", t.WorkflowName),
		slog.Int("task", t.TaskID),
		slog.String("status", t.Status),
		slog.String("error", t.Error),
	)
}

// LogValue returns the stage's name, status and error, without its jobs.
func (s *Stage) LogValue() slog.Value {
	if s == nil {
		return slog.Value{}
	}
	return slog.GroupValue(slog.String("stage", s.Name), slog.String("status", s.Status), slog.String("error", s.Error))
}

// LogValue returns the job's name, type, status and error, without its spec.
func (j *Job) LogValue() slog.Value {
	if j == nil {
		return slog.Value{}
	}
	return slog.GroupValue(
		slog.String("job", j.Name),
		slog.String("type", j.Type),
		slog.String("status", j.Status),
		slog.String("error", j.Error),
	)
}
