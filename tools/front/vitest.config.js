// The tests stand with the others, in tests/front; what they import comes from here.
export default {
  resolve: { alias: { jsep: `${import.meta.dirname}/node_modules/jsep` } },
  test: {
    root: `${import.meta.dirname}/../..`,
    include: ["tests/front/*.test.js"],
    globals: true,
  },
};
