-- What this shop asks, in whole credits. A change of price is a new file with the same calls: versions are kept.
select public.genbff_set_operation_cost('text_to_image', 1, 'output', '{"quality": {"high": 200}}');
select public.genbff_set_operation_cost('image_to_image', 1, 'output', '{"quality": {"high": 200}}');
select public.genbff_set_operation_cost('image_inpaint', 1, 'output', '{"quality": {"high": 200}}');
select public.genbff_set_operation_cost('text_to_model', 8, 'call', '{"texture": {"false": 75}, "texture_quality": {"detailed": 150, "extreme": 200}}');
select public.genbff_set_operation_cost('image_to_model', 8, 'call', '{"texture": {"false": 75}, "texture_quality": {"detailed": 150, "extreme": 200}}');
select public.genbff_set_operation_cost('sketch_to_model', 8, 'call', '{"texture": {"false": 75}, "texture_quality": {"detailed": 150, "extreme": 200}}');
select public.genbff_set_operation_cost('refine_model', 4, 'call', '{"texture_quality": {"detailed": 200, "extreme": 300}}');
select public.genbff_set_operation_cost('convert_model', 2);
