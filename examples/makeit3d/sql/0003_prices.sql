-- What four more vendors make. Percents follow what a vendor asks for its finer models and slower ways.

-- From words, and from a picture.
select public.genbff_set_operation_cost('text_to_image_stability_v1', 1, 'output', '{"model": {"ultra": 200, "sd3.5-large": 200}}');
select public.genbff_set_operation_cost('text_to_image_recraft_v1', 1, 'output', '{"model": {"v4_1_pro": 500, "v4_1_utility_pro": 500, "v4_pro": 600}}');
select public.genbff_set_operation_cost('text_to_image_gemini_v1', 1, 'output', '{"image_size": {"2K": 200, "4K": 300}}');
select public.genbff_set_operation_cost('text_to_image_seedream_v1', 1, 'output');
select public.genbff_set_operation_cost('image_to_image_stability_v1', 2, 'output', '{"model": {"ultra": 150, "sd3.5-large": 150, "sd3.5-flash": 50}}');
select public.genbff_set_operation_cost('image_to_image_recraft_v1', 1, 'output', '{"model": {"v4_1_pro": 500, "v4_1_utility_pro": 500, "v4_pro": 600}}');
select public.genbff_set_operation_cost('image_to_image_gemini_v1', 1, 'output', '{"image_size": {"2K": 200, "4K": 300}}');
select public.genbff_set_operation_cost('image_to_image_seedream_v1', 1, 'output');
select public.genbff_set_operation_cost('sketch_to_image_stability_v1', 2, 'output');
select public.genbff_set_operation_cost('style_transfer_stability_v1', 3, 'output');

-- Retouched.
select public.genbff_set_operation_cost('image_inpaint_stability_v1', 2, 'output');
select public.genbff_set_operation_cost('image_inpaint_recraft_v1', 1, 'output');
select public.genbff_set_operation_cost('erase_stability_v1', 2, 'output');
select public.genbff_set_operation_cost('erase_recraft_v1', 1, 'output');
select public.genbff_set_operation_cost('outpaint_stability_v1', 2, 'output');
select public.genbff_set_operation_cost('outpaint_recraft_v1', 1, 'output');
select public.genbff_set_operation_cost('remove_background_stability_v1', 2, 'output');
select public.genbff_set_operation_cost('remove_background_recraft_v1', 1, 'output');
select public.genbff_set_operation_cost('replace_background_stability_v1', 3, 'output');
select public.genbff_set_operation_cost('replace_background_recraft_v1', 1, 'output');
select public.genbff_set_operation_cost('generate_background_recraft_v1', 1, 'output');
select public.genbff_set_operation_cost('search_and_recolor_stability_v1', 2, 'output');
select public.genbff_set_operation_cost('search_and_replace_stability_v1', 2, 'output');
select public.genbff_set_operation_cost('upscale_stability_v1', 1, 'output', '{"mode": {"conservative": 1000, "creative": 1500}}');
select public.genbff_set_operation_cost('upscale_recraft_v1', 1, 'output', '{"mode": {"creative": 700}}');
select public.genbff_set_operation_cost('vectorize_recraft_v1', 1, 'output');

-- In space, and in words.
select public.genbff_set_operation_cost('image_to_model_stability_v1', 2, 'call', '{"model": {"fast_3d": 150}}');
select public.genbff_set_operation_cost('plan_prompts_gemini_v1', 1);
