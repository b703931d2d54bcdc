-- What LogoKraft asks, in whole credits. A change of price is a new file with the same calls: versions are kept.
select public.genbff_set_operation_cost('plan_logos', 1);
select public.genbff_set_operation_cost('make_logo', 2, 'output');
select public.genbff_set_operation_cost('plan_refinement', 1);
select public.genbff_set_operation_cost('refine_logo', 3, 'output');
