// The tests stand with the others, in tests/front; what they import comes from here.
const modules = `${import.meta.dirname}/node_modules`;

export default {
  resolve: { alias: [{ find: /^(d3-contour|jsep)$/, replacement: `${modules}/$1` }] },
  test: {
    root: `${import.meta.dirname}/../..`,
    include: ["tests/front/*.test.js"],
    globals: true,
  },
};
