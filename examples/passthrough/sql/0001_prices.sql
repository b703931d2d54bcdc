-- This app sells nothing by itself: whoever may sign in may make. A price here, and credits, are a change of one number.
select public.genbff_set_operation_cost('picture', 0, 'output');
select public.genbff_set_operation_cost('model', 0);
