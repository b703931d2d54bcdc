import {
  Color,
  Group,
  Mesh,
  MeshBasicMaterial,
  MeshDepthMaterial,
  type Object3D,
  OrthographicCamera,
  PlaneGeometry,
  Scene,
  ShaderMaterial,
  WebGLRenderTarget,
} from "three";
import { HorizontalBlurShader } from "three/addons/shaders/HorizontalBlurShader.js";
import { VerticalBlurShader } from "three/addons/shaders/VerticalBlurShader.js";
import type { Darkroom } from "./darkroom.ts";

const size = 5;
const height = 1.1;
const pixels = 256;

/** Where a thing touches the table: looked at from below once, blurred, and laid under it. */
export interface ContactShadow {
  /** Lies on the ground and turns with the model. */
  readonly plane: Object3D;
  /** How dark it is: more on a dark table. */
  setStrength(strength: number): void;
  dispose(): void;
}

export function castContactShadow({ renderer }: Darkroom, model: Object3D): ContactShadow {
  const target = new WebGLRenderTarget(pixels, pixels);
  const spare = new WebGLRenderTarget(pixels, pixels);
  const geometry = new PlaneGeometry(size, size).rotateX(Math.PI / 2);
  const material = new MeshBasicMaterial({ map: target.texture, transparent: true, depthWrite: false });
  const plane = new Mesh(geometry, material);
  // The picture was taken from below: it is the wrong way round.
  plane.scale.y = -1;
  plane.renderOrder = -1;
  const camera = new OrthographicCamera(-size / 2, size / 2, size / 2, -size / 2, 0, height);
  camera.rotation.x = Math.PI / 2;

  const depth = new MeshDepthMaterial({ depthTest: false, depthWrite: false });
  depth.onBeforeCompile = (shader) => {
    shader.fragmentShader = shader.fragmentShader.replace(
      "gl_FragColor = vec4( vec3( 1.0 - fragCoordZ ), opacity );",
      "gl_FragColor = vec4( vec3( 0.0 ), 1.0 - fragCoordZ );",
    );
  };
  const stage = new Scene();
  const holder = new Group();
  const parent = model.parent;
  holder.add(model);
  stage.add(holder);
  stage.overrideMaterial = depth;
  const clear = renderer.getClearColor(new Color()).clone();
  const clearAlpha = renderer.getClearAlpha();
  renderer.setClearColor(0x000000, 0);
  renderer.setRenderTarget(target);
  renderer.clear();
  renderer.render(stage, camera);
  blur(renderer, target, spare, 3.2 / pixels);
  blur(renderer, target, spare, 1.4 / pixels);
  renderer.setRenderTarget(null);
  renderer.setClearColor(clear, clearAlpha);
  depth.dispose();
  if (parent) parent.add(model);
  else holder.remove(model);

  return {
    plane,
    setStrength(strength) {
      material.opacity = strength;
    },
    dispose() {
      target.dispose();
      spare.dispose();
      geometry.dispose();
      material.dispose();
    },
  };
}

/** Blurs a picture in place, first sideways, then upright. */
function blur(
  renderer: Darkroom["renderer"],
  target: WebGLRenderTarget,
  spare: WebGLRenderTarget,
  amount: number,
): void {
  const geometry = new PlaneGeometry(2, 2);
  const camera = new OrthographicCamera(-1, 1, 1, -1, 0, 1);
  const pass = (
    shader: typeof HorizontalBlurShader | typeof VerticalBlurShader,
    name: "h" | "v",
    from: WebGLRenderTarget,
    to: WebGLRenderTarget,
  ) => {
    const material = new ShaderMaterial({
      uniforms: { tDiffuse: { value: from.texture }, [name]: { value: amount } },
      vertexShader:
        "varying vec2 vUv; void main() { vUv = uv; gl_Position = vec4( position.xy, 0.0, 1.0 ); }",
      fragmentShader: shader.fragmentShader,
      depthTest: false,
      depthWrite: false,
    });
    const scene = new Scene();
    const quad = new Mesh(geometry, material);
    quad.frustumCulled = false;
    scene.add(quad);
    renderer.setRenderTarget(to);
    renderer.clear();
    renderer.render(scene, camera);
    material.dispose();
  };
  pass(HorizontalBlurShader, "h", target, spare);
  pass(VerticalBlurShader, "v", spare, target);
  geometry.dispose();
}
