// The calls of the gate with openapi-generator's client in TypeScript (typescript-fetch).
import { Configuration, V1Api, V3Api, V1Flag, instanceOfV1CohortEcho, V1CohortSpecFromJSON } from './typescript_fetch_client';

async function main(base: string, asked: any) {
  const configuration = new Configuration({ basePath: base });
  const v1 = new V1Api(configuration);
  const v3 = new V3Api(configuration);
  const v1CohortSpec = V1CohortSpecFromJSON(asked.cohort);
  const first = await v1.previewManifest({ v1CohortSpec, seriesInstanceUID: V1Flag.True, pageSize: 20 });
  if (!('manifest' in first)) throw new Error('the first page is not there yet');
  const second = await v1.previewManifest({ v1CohortSpec, pageSize: 20, nextPage: first.nextPage });
  const mixed = await v1.previewManifest({ v1CohortSpec: V1CohortSpecFromJSON(asked.mixed), seriesInstanceUID: V1Flag.True });
  const counts = await v3.countCohort({ v3SelectionRequest: { filters: asked.counted } });
  const page = await v3.getManifest({ v3ManifestRequest: { filters: asked.listed } });
  const cited = await v3.getCitations({ v3CitationsRequest: { filters: asked.listed } });
  const rows = [...first.manifest.jsonManifest, ...second.manifest.jsonManifest];
  const cohort = first.cohort;
  return {
    v1: {
      found: first.manifest.totalFound,
      series: new Set(rows.map((row) => row.seriesInstanceUID)).size,
      cohort: instanceOfV1CohortEcho(cohort) ? cohort.name : undefined,
      later: second.cohort,
      mixed: 'cohort' in mixed && instanceOfV1CohortEcho(mixed.cohort) ? mixed.cohort.filterSet.filters : undefined,
    },
    v3: {
      series: counts.series,
      listed: page.series.map((row) => row.seriesInstanceUID),
      acknowledgment: cited.idcAcknowledgment,
    },
  };
}

main(process.argv[2], JSON.parse(process.argv[3])).then((found) => console.log(JSON.stringify(found)));
