import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { initBackend } from "../../../src/tensor/backend.js";
import { chooseBlas } from "../../../src/tensor/backends/blas.js";
import { locatePackage } from "../../../src/tensor/backends/locate.js";
import { allKernels, PLAIN_LOOPS } from "../../../src/tensor/kernels/all.js";
import { loopProduct, type MatrixProduct } from "../../../src/tensor/kernels/dense.js";
import { registerKernels, type WasmBackend } from "../../../src/tensor/kernels/kernel.js";
import * as ops from "../../../src/tensor/ops.js";
import { blasProduct, type Sgemm } from "../../../src/tensor/wasm/blas.js";
import { productsDiffer } from "../../../src/tensor/wasm/product-check.js";
import { expectClose, normalOperand } from "./check-op.js";
import { matMulTwin } from "./twins.js";

/** `cblas_sgemm` as its reference says, for the calls we make. */
const referenceSgemm: Sgemm = (order, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc) => {
  expect(order).toBe(101);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = 0; p < k; p++)
        sum +=
          a[ta === 112 ? p * lda + i : i * lda + p]! * b[tb === 112 ? j * ldb + p : p * ldb + j]!;
      // The reference reads no C where beta is 0, so that NaN there does not matter.
      c[i * ldc + j] = alpha * sum + (beta === 0 ? 0 : beta * c[i * ldc + j]!);
    }
};

const backend = (): WasmBackend => tf.backend() as unknown as WasmBackend;
const tooSmall: MatrixProduct = () => {
  throw new Error("this product is large enough for a native call");
};

beforeAll(async () => {
  await initBackend({ backend: "wasm" });
});

afterAll(async () => {
  await initBackend({ backend: "wasm" });
});

describe("a native product", () => {
  it.each([
    [40, 30, 20],
    [33, 65, 31],
    [64, 64, 1],
    [128, 1, 130],
  ])("of %i x %i x %i equals its twin with bias and rectifier", (m, k, n) => {
    const product = blasProduct(backend(), referenceSgemm, loopProduct)!;
    registerKernels("wasm", allKernels({ ...PLAIN_LOOPS, product }));
    const [x, w, b] = [normalOperand(1, m, k), normalOperand(2, k, n), normalOperand(3, n)];
    const plain = matMulTwin(Float64Array.from(x.values), Float64Array.from(w.values), m, k, n);
    const found = tf.tidy(() =>
      ops
        .linear(
          tf.tensor2d(x.values.slice(), [m, k]),
          tf.tensor2d(w.values.slice(), [k, n]),
          tf.tensor1d(b.values.slice()),
          "relu",
        )
        .dataSync(),
    );
    expectClose(
      found,
      plain.map((value, i) => Math.max(0, value + b.values[i % n]!)),
      1e-5,
    );
  });

  it("is asked for every transposition as BLAS expects it", () => {
    const product = blasProduct(backend(), referenceSgemm, tooSmall)!;
    expect(productsDiffer(product, loopProduct, backend())).toBe(false);
  });

  it("that adds to what is there, or mixes up a leading dimension, is found out", () => {
    const wrong: readonly Sgemm[] = [
      (order, ta, tb, m, n, k, alpha, a, lda, b, ldb, _beta, c, ldc) =>
        referenceSgemm(order, ta, tb, m, n, k, alpha, a, lda, b, ldb, 0, c, ldc),
      (order, ta, tb, m, n, k, alpha, a, _lda, b, ldb, beta, c, ldc) =>
        referenceSgemm(order, ta, tb, m, n, k, alpha, a, k, b, ldb, beta, c, ldc),
      () => {},
    ];
    for (const sgemm of wrong) {
      const product = blasProduct(backend(), sgemm, loopProduct)!;
      expect(productsDiffer(product, loopProduct, backend())).toBe(true);
    }
  });

  it("leaves small products to ours", () => {
    const native: Sgemm = () => {
      throw new Error("a native call");
    };
    registerKernels(
      "wasm",
      allKernels({ ...PLAIN_LOOPS, product: blasProduct(backend(), native, loopProduct)! }),
    );
    const product = tf.tidy(() => ops.matMul(tf.ones([4, 4]), tf.ones([4, 4])).dataSync());
    expect([...product]).toEqual(Array(16).fill(4));
  });
});

describe("the choice of a BLAS", () => {
  it("is not made unless asked for", async () => {
    const info = await initBackend({ backend: "wasm" });
    expect(info).not.toHaveProperty("blas");
    expect(info).not.toHaveProperty("noBlas");
  });

  it("falls back to ours with a reason where the library, or koffi, is missing", async () => {
    const info = await initBackend({ backend: "wasm", blas: "/no/such/library.so" });
    expect(info.simd).toBe(true);
    expect(info).not.toHaveProperty("blas");
    expect(info.noBlas).toMatch(/\/no\/such\/library\.so does not load|npm install koffi@/);
    const product = tf.tidy(() => ops.matMul(tf.ones([64, 64]), tf.ones([64, 64])).dataSync());
    expect(new Set(product)).toEqual(new Set([64]));
  });

  const noKoffi = locatePackage("koffi") === null ? " (skipped: no koffi here)" : "";
  it.skipIf(noKoffi !== "")(`takes one only if it is faster than ours${noKoffi}`, async () => {
    const choice = await chooseBlas("auto", backend(), loopProduct);
    // Where the machine has no BLAS there is none to take.
    if (choice.product) {
      expect(choice.reason).toMatch(/GFLOP\/s beside our/);
      expect(productsDiffer(choice.product, loopProduct, backend())).toBe(false);
    } else expect(choice.reason).toMatch(/^no BLAS: /);
    const fast: MatrixProduct = ({ floats }, { a, b, bias, out }, shape, relu) => {
      if (shape.m >= 2048 || shape.k >= 2048) return;
      loopProduct({ floats, output: tf.zeros as never }, { a, b, bias, out }, shape, relu);
    };
    expect((await chooseBlas("auto", backend(), fast)).product).toBeNull();
  });
});
