import { BadRequestException, StandardSchemaValidationPipe } from '@nestjs/common';
import type { z } from 'zod';

/** A body of 64 KiB can have thousands of unknown properties. */
const MAX_FAULTS = 20;

/**
 * Applies the schemas of `@Body({ schema })` and `@Query({ schema })`. Bad input is 400 in Nest's
 * form; `message` is a list of `field: reason`, where `body` stands for the whole input.
 */
export class InputPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({ exceptionFactory: (issues) => refusal(issues as z.core.$ZodIssue[]) });
  }

  /** Keeps `__proto__` and the like, which Nest drops: strict schemas refuse them. */
  protected override stripProtoKeys(): void {}
}

function refusal(issues: z.core.$ZodIssue[]): BadRequestException {
  const faults = issues.flatMap(describe);
  const listed = faults.slice(0, MAX_FAULTS);
  if (faults.length > MAX_FAULTS) listed.push(`and ${faults.length - MAX_FAULTS} more`);
  return new BadRequestException(listed);
}

function describe(issue: z.core.$ZodIssue): string[] {
  const path = issue.path.map(String);
  const line = (segments: string[], text: string) => `${segments.join('.') || 'body'}: ${text}`;
  return issue.code === 'unrecognized_keys'
    ? issue.keys.map((key) => line([...path, key], 'is not a known field'))
    : [line(path, issue.message)];
}
