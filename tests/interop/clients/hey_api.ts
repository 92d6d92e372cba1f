// The calls of the gate with the client of @hey-api/openapi-ts.
import { countCohort, getCitations, getManifest, previewManifest } from './hey_api_client';
import { client } from './hey_api_client/client.gen';

async function main(base: string, asked: any) {
  client.setConfig({ baseUrl: base });
  const body = asked.cohort;
  const first = await previewManifest({ body, query: { SeriesInstanceUID: 'True', page_size: 20 }, throwOnError: true });
  if (!('manifest' in first.data)) throw new Error('the first page is not there yet');
  const query = { page_size: 20, next_page: first.data.next_page };
  const second = await previewManifest({ body, query, throwOnError: true });
  if (!('manifest' in second.data)) throw new Error('the second page is not there yet');
  const all = { SeriesInstanceUID: 'True' } as const;
  const mixed = await previewManifest({ body: asked.mixed, query: all, throwOnError: true });
  const counts = await countCohort({ body: { filters: asked.counted }, throwOnError: true });
  const page = await getManifest({ body: { filters: asked.listed }, throwOnError: true });
  const cited = await getCitations({ body: { filters: asked.listed }, throwOnError: true });
  const rows = [...first.data.manifest.json_manifest, ...second.data.manifest.json_manifest];
  return {
    v1: {
      found: first.data.manifest.totalFound,
      series: new Set(rows.map((row) => row.SeriesInstanceUID)).size,
      cohort: 'name' in first.data.cohort ? first.data.cohort.name : undefined,
      later: second.data.cohort,
      mixed: 'cohort' in mixed.data && 'name' in mixed.data.cohort ? mixed.data.cohort.filterSet.filters : undefined,
    },
    v3: {
      series: counts.data.series,
      listed: page.data.series.map((row) => row.SeriesInstanceUID),
      acknowledgment: cited.data.idc_acknowledgment,
    },
  };
}

main(process.argv[2], JSON.parse(process.argv[3])).then((found) => console.log(JSON.stringify(found)));
