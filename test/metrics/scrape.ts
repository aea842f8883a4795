import { MetricsServer } from '../../src/metrics/metrics.server.js';
import type { Api } from '../support/api.js';
import { type Answer, request } from '../support/http.js';

/** One line of a scrape: a name, labels by name, and a value. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** Makes a request to the port of the metrics. */
export function askMetrics({ app }: Pick<Api, 'app'>, method = 'GET', path = '/metrics') {
  return request(app.get(MetricsServer).url!, method, path);
}

/** What Prometheus reads now. */
export class Scrape {
  readonly samples: readonly Sample[];

  constructor(readonly text: string) {
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    this.samples = lines.map((line) => {
      const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line)!;
      const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
      return {
        name: name!,
        labels: Object.fromEntries(pairs.map(([, key, content]) => [key, content])),
        value: Number(value),
      };
    });
  }

  static async of(api: Pick<Api, 'app'>): Promise<Scrape> {
    const { body }: Answer = await askMetrics(api);
    return new Scrape(body);
  }

  /** Names of the metrics, as their `# TYPE` lines have them. */
  get names(): string[] {
    return [...this.text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name!);
  }

  /** The values of a name, by its labels. */
  all(name: string): Sample[] {
    return this.samples.filter((sample) => sample.name === name);
  }

  /** The only value of a name with these labels. */
  value(name: string, labels: Record<string, string> = {}): number | undefined {
    const found = this.all(name).filter((sample) =>
      Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    );
    if (found.length > 1) throw new Error(`${found.length} values of ${name}`);
    return found[0]?.value;
  }
}
