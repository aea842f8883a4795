import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

const FOLDER = '.github/workflows';

interface Job {
  uses?: string;
  steps?: { uses?: string }[];
  permissions?: Record<string, string>;
  strategy?: { matrix: { node: number[] } };
}

interface Workflow {
  permissions?: Record<string, string>;
  jobs: Record<string, Job>;
}

const workflows = readdirSync(FOLDER).map((name): [string, string] => [
  name,
  readFileSync(`${FOLDER}/${name}`, 'utf8'),
]);

describe('a workflow', () => {
  it.each(workflows)('pins every action by commit, and names its version: %s', (_, text) => {
    const { jobs } = parse(text) as Workflow;
    const used = Object.values(jobs).flatMap(({ uses, steps = [] }) => [
      uses,
      ...steps.map((step) => step.uses),
    ]);
    const foreign = used.filter((action) => action !== undefined && !action.startsWith('./'));
    expect(foreign.length).toBeGreaterThan(0);
    const lines = text.split('\n');
    const loose = foreign.filter(
      (action) =>
        !/^[\w-]+\/[\w./-]+@[\da-f]{40}$/.test(action!) ||
        !lines.some((line) => new RegExp(`uses: ${action} # v\\d+\\.\\d+\\.\\d+$`).test(line)),
    );
    expect(loose).toEqual([]);
  });

  it.each(workflows)('may write only where a job asks for it: %s', (_, text) => {
    const { permissions } = parse(text) as Workflow;
    expect(Object.values(permissions ?? { all: 'write' })).not.toContain('write');
  });
});

describe('the workflow of pull requests', () => {
  const ci = parse(readFileSync(`${FOLDER}/ci.yml`, 'utf8')) as Workflow;

  it('runs on every major version of Node that package.json names', () => {
    const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      engines: { node: string };
    };
    const majors = [...engines.node.matchAll(/[\^=](\d+)/g)].map(([, major]) => Number(major));
    expect(ci.jobs.test!.strategy?.matrix.node).toEqual(majors);
  });

  it('has no permission to write', () => {
    expect(ci.permissions).toEqual({ contents: 'read' });
    expect(Object.values(ci.jobs).map(({ permissions }) => permissions)).toEqual([undefined]);
  });
});
