-- What this shop asks, in whole credits. A change of price is a new file with the same calls: versions are kept.
select public.genbff_set_operation_cost('text_to_image_v1', 1, 'output', '{"quality": {"high": 200}}');
select public.genbff_set_operation_cost('image_to_image_v1', 1, 'output', '{"quality": {"high": 200}}');
select public.genbff_set_operation_cost('text_to_model_v1', 8, 'call', '{"texture": {"false": 75}, "texture_quality": {"detailed": 150, "extreme": 200}}');
select public.genbff_set_operation_cost('image_to_model_v1', 8, 'call', '{"texture": {"false": 75}, "texture_quality": {"detailed": 150, "extreme": 200}}');
