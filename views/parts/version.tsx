/** Which version of its workflow a page is about, in small words below everything else. */
export function VersionFoot({ workflow, version }: { workflow: string; version: number }) {
  return (
    <p class="quiet small">
      Version {version} of {workflow}
    </p>
  );
}

/** `version 3`, or `version 3, the live one is 5`. */
export function versionWords(version: number, live: number): string {
  return version === live ? `version ${version}` : `version ${version}, the live one is ${live}`;
}
