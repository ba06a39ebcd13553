// `npm start`. Written so that any Node can parse it, and an old one gets a one-line message about the required version.
var major = Number(process.versions.node.split('.')[0]);
if (major < 20) {
  console.error(
    'orrery: this is Node ' + process.versions.node + "; Node >= 20 is needed (https://nodejs.org, or your distribution's newer package)",
  );
  process.exit(1);
} else {
  import('./launch/main.mjs').then((launch) => launch.main());
}
