# Answers questions about a flake's attributes.
#   flake    the flake's outputs
#   views    ../cross/flake.nix: the flake's outputs as cross builds
#   request  { build; folder; questions = [ { target; platform; list;
#              lookups = [ { kind; view; paths = [ [ "packages" "aarch64-linux" "hello" ] … ]; otherwise; spare; } … ]; } … ]; }
#            view is null for the flake's own outputs; otherwise: { view; paths; } for where none of the paths is there;
#            spare: not evaluated where a spare lookup before it gave what the build system builds and the target runs
#            list: a path to a set, or null; blind: true where its values cannot be looked at
#            bare: true where only the lookups are to be evaluated
# For each question: names of the derivations in that set, names of the target's packages, and for each lookup the first
# of its paths that is there.
{
  flake,
  views ? null,
  request,
}:
let
  inherit (builtins) attrNames head isAttrs listToAttrs map tail toJSON tryEval;

  find =
    path: set:
    if path == [ ] then
      { found = true; value = set; }
    else if isAttrs set && set ? ${head path} then
      find (tail path) set.${head path}
    else
      { found = false; };

  isDerivation = value: isAttrs value && (value.type or null) == "derivation";

  describe = path: value:
    if isDerivation value then
      {
        status = "derivation";
        inherit path;
        inherit (value) drvPath name system;
        # What it runs on, where the flake's nixpkgs says so.
        host = value.stdenv.hostPlatform.system or null;
        outputs = listToAttrs (
          map (output: {
            name = output;
            value = value.${output}.outPath or value.outPath;
          }) (value.outputs or [ "out" ])
        );
        features = value.requiredSystemFeatures or [ ];
      }
    else
      { status = "no-derivation"; inherit path; };

  first =
    outputs: paths:
    if paths == [ ] then
      { status = "missing"; }
    else
      let
        result = find (head paths) outputs;
      in
      if result.found then describe (head paths) result.value else first outputs (tail paths);

  # One for each target: packages share what their nixpkgs evaluates to.
  viewsFor = listToAttrs (
    map (question: {
      name = toJSON question.platform;
      value = views {
        inherit flake;
        inherit (request) build folder;
        target = question.platform;
      };
    }) request.questions
  );

  outputsFor =
    question: source:
    if source.view or null == null then flake else viewsFor.${toJSON question.platform}.${source.view};

  lookUp =
    question: lookup:
    let
      answer = first (outputsFor question lookup) lookup.paths;
    in
    if answer.status == "missing" && lookup ? otherwise then
      first (outputsFor question lookup.otherwise) lookup.otherwise.paths
    else
      answer;

  # In order, each as lazily as what came before allows.
  lookUpAll =
    question:
    (builtins.foldl' (
      done: lookup:
      let
        answer =
          if (lookup.spare or false) && done.had then { status = "unasked"; } else lookUp question lookup;
      in
      {
        had =
          done.had
          || (
            (lookup.spare or false)
            && answer.status == "derivation"
            && answer.system == request.build
            # by a name such as hello-cross it may be for anything
            && answer.host == question.target
          );
        answers = done.answers ++ [ ({ inherit (lookup) kind; } // answer) ];
      }
    ) { had = false; answers = [ ]; } question.lookups).answers;

  # Names alone: their values may fail to evaluate.
  namesUnder =
    path:
    let
      result = tryEval (find path flake);
    in
    if result.success && result.value.found && isAttrs result.value.value then attrNames result.value.value else [ ];

  # An old flake has its only package elsewhere.
  derivationsUnder =
    target: path:
    let
      found = find path flake;
      isOld = path == [ "packages" target ] && (!found.found || found.value == { }) && flake ? defaultPackage.${target};
      result = if isOld then { found = true; value.default = flake.defaultPackage.${target}; } else found;
      fine =
        name:
        let
          value = tryEval (isDerivation result.value.${name});
        in
        !value.success || value.value;
    in
    if result.found && isAttrs result.value then builtins.filter fine (attrNames result.value) else [ ];
in
map (question: {
  names = if question.bare or false then [ ] else namesUnder [ "packages" question.target ];
  systems =
    if question.bare or false then
      [ ]
    else
      namesUnder [ "packages" ] ++ namesUnder [ "legacyPackages" ] ++ namesUnder [ "defaultPackage" ];
  all =
    if question.list == null then
      [ ]
    else if question.blind or false then
      namesUnder question.list
    else
      derivationsUnder question.target question.list;
  lookups = lookUpAll question;
}) request.questions
