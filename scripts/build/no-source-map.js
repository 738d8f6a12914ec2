/** Stands for the package source-map, which Handlebars uses only where it finds it. */
export default {};
