-- What is made of results, and of drawings.
select public.genbff_set_operation_cost('image_inpaint_v1', 1, 'output', '{"quality": {"high": 200}}');
select public.genbff_set_operation_cost('sketch_to_model_v1', 8, 'call', '{"texture": {"false": 75}, "texture_quality": {"detailed": 150, "extreme": 200}}');
select public.genbff_set_operation_cost('refine_model_v1', 4, 'call', '{"texture_quality": {"detailed": 200, "extreme": 300}}');
select public.genbff_set_operation_cost('convert_model_v1', 2);
