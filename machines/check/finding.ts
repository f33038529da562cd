/** Something that is wrong with a definition: where, what, and what to do about it. */
export type Finding = {
  file: string;
  line: number;
  column: number;
  /** Stable, for programs: `unknown_stage`. */
  code: FindingCode;
  severity: 'error' | 'warning';
  message: string;
  remedy: string;
  /** The place in the definition: `stages.review.next.0.to`. */
  place: string;
};

export type FindingCode =
  | 'unreadable'
  | 'too_large'
  | 'too_costly'
  | 'too_many'
  | 'syntax'
  | 'duplicate_key'
  | 'forbidden_key'
  | 'unknown_field'
  | 'missing'
  | 'wrong_type'
  | 'unknown_stage'
  | 'unknown_actor'
  | 'unknown_data'
  | 'unknown_table'
  | 'unknown_workflow'
  | 'endless_calls'
  | 'duplicate_component'
  | 'does_not_fit'
  | 'pattern'
  | 'hidden_data'
  | 'not_gathered_on_every_path'
  | 'may_be_empty'
  | 'shown_before_gathered'
  | 'never_used'
  | 'wait_without_outcome'
  | 'limit_without_end'
  | 'endless_circle'
  | 'skip_without_end'
  | 'branch_never_taken'
  | 'rules_overlap'
  | 'rules_leave_a_gap'
  | 'locale'
  | 'case_failed'
  | 'system_asks_people'
  | 'person_expected'
  | 'actor_address'
  | 'unreachable_stage'
  | 'no_way_to_an_end'
  | 'fork_may_match_nothing'
  | 'several_otherwise'
  | 'branch_after_otherwise'
  | 'condition'
  | 'template'
  | 'never_gathered'
  | 'cron'
  | 'timezone'
  | 'currency'
  | 'reserved_name';

/** A path into the definition, as zod and yaml write it. */
export type Path = readonly (string | number)[];

/** A finding before its place is looked up in the file. `offset` counts characters within the text at `path`. */
export type Found = {
  path: Path;
  code: FindingCode;
  message: string;
  /** A function where it costs time to find: most of thousands of findings are never shown. */
  remedy: string | (() => string);
  severity?: 'error' | 'warning';
  /** Point at the key rather than at its value. */
  atKey?: boolean;
  offset?: number;
  /** The character of the file to point at, where no path leads there. */
  from?: number;
};

/** `file:line:column  code  message`, and the remedy on a line of its own. */
export function showFinding({ file, line, column, code, severity, message, remedy }: Finding): string {
  return `${file}:${line}:${column}  ${severity}  ${code}  ${message}\n    ${remedy}`;
}
