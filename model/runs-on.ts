/**
 * The series that says where jobs run: `runs_on{job,tm_id}`, 1 at every report a task manager made of the job's tasks. Written by the
 * collector, read by the metric stores where a matcher asks for the processes of a job.
 */
export const RUNS_ON = 'runs_on';
