// The calls of the gate with openapi-fetch, on the types of openapi-typescript.
import createClient from 'openapi-fetch';
import type { paths } from './openapi_typescript';

function read<Data>(answer: { data?: Data; error?: unknown }): Data {
  if (answer.data === undefined) throw new Error(JSON.stringify(answer.error));
  return answer.data;
}

async function main(base: string, asked: any) {
  const client = createClient<paths>({ baseUrl: base });
  const path = '/v1/cohorts/preview/manifest';
  const query = { SeriesInstanceUID: 'True', page_size: 20 } as const;
  const first = read(await client.POST(path, { params: { query }, body: asked.cohort }));
  if (!('manifest' in first)) throw new Error('the first page is not there yet');
  const next = { page_size: 20, next_page: first.next_page };
  const second = read(await client.POST(path, { params: { query: next }, body: asked.cohort }));
  if (!('manifest' in second)) throw new Error('the second page is not there yet');
  const mixed = read(await client.POST(path, { params: { query }, body: asked.mixed }));
  const counts = read(await client.POST('/v3/cohort/counts', { body: { filters: asked.counted } }));
  const page = read(await client.POST('/v3/cohort/manifest', { body: { filters: asked.listed, page: 0, include_rows: true } }));
  const cited = read(await client.POST('/v3/citations', { body: { filters: asked.listed, citation_format: 'apa' } }));
  const rows = [...first.manifest.json_manifest, ...second.manifest.json_manifest];
  return {
    v1: {
      found: first.manifest.totalFound,
      series: new Set(rows.map((row) => row.SeriesInstanceUID)).size,
      cohort: 'name' in first.cohort ? first.cohort.name : undefined,
      later: second.cohort,
      mixed: 'cohort' in mixed && 'name' in mixed.cohort ? mixed.cohort.filterSet.filters : undefined,
    },
    v3: {
      series: counts.series,
      listed: page.series.map((row) => row.SeriesInstanceUID),
      acknowledgment: cited.idc_acknowledgment,
    },
  };
}

main(process.argv[2], JSON.parse(process.argv[3])).then((found) => console.log(JSON.stringify(found)));
