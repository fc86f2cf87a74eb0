# Surveys a flake for the job matrix in one evaluation, and tells each answer as soon as it is known, as a trace line
#   <mark> <event> <id> <JSON>
# so that an error that nothing can catch costs the one lookup that it stops: the next evaluation goes on behind it.
# The mark is random: a trace of the flake's own is not taken for an answer.
#   flake    the flake's outputs
#   request  see survey-request.ts
{ flake, request }:
let
  inherit (builtins)
    any
    attrNames
    concatMap
    concatStringsSep
    elem
    elemAt
    filter
    foldl'
    genList
    head
    isAttrs
    isString
    length
    listToAttrs
    partition
    replaceStrings
    seq
    split
    stringLength
    substring
    tail
    toJSON
    trace
    tryEval
    ;

  answer =
    question:
    head (
      import ./answer.nix {
        inherit flake;
        request.questions = [ question ];
      }
    );

  find =
    path: set:
    if path == [ ] then
      set
    else if isAttrs set && set ? ${head path} then
      find (tail path) set.${head path}
    else
      null;

  namesUnder =
    path:
    let
      set = find path flake;
    in
    if isAttrs set then attrNames set else [ ];

  tell = event: id: text: trace "${request.mark} ${event} ${toJSON id} ${text}" null;

  # Begins an item and tells its value as JSON, or that it throws. `only` asks for the message of one that throws.
  visit =
    id: value:
    if request.done ? ${id} || (request.only != null && request.only != id) then
      null
    else
      let
        text = toJSON value;
        caught = tryEval (seq text text);
      in
      seq (tell "begin" id "null") (
        if request.only != null then
          seq text null
        else if caught.success then
          tell "answer" id caught.value
        else
          tell "thrown" id "null"
      );

  # What a failing list is worth: nothing, and the survey goes on.
  orEmpty =
    id: list:
    if request.done ? ${id} then
      [ ]
    else
      let
        caught = tryEval (foldl' (rest: name: seq name rest) list list);
      in
      if caught.success then caught.value else [ ];

  systemsId = toJSON [ "systems" ];
  # A part of the list of systems that fails, however it fails, costs itself alone; what is known is not asked again.
  part =
    path: fallback: value:
    let
      id = toJSON [
        "systems"
        (concatStringsSep "." path)
      ];
      caught = tryEval value;
    in
    if request.known ? ${id} then
      request.known.${id}
    else if request.done ? ${id} || elem "systems" request.givenUp || (request.only != null && request.only != id) then
      fallback
    else
      seq (tell "begin" id "null") (
        if request.only == id then
          value
        else if caught.success then
          seq (tell "answer" id (toJSON caught.value)) caught.value
        else
          seq (tell "thrown" id "null") fallback
      );
  host =
    path:
    part path null (
      let
        value = find path flake;
      in
      if isAttrs value then value.stdenv.hostPlatform.system or value.system or null else null
    );
  hosts = filter isString (
    concatMap (
      { path, below }:
      if below then map (name: host (path ++ [ name ])) (part path [ ] (namesUnder path)) else [ (host path) ]
    ) request.fixed
  );
  systems = concatMap namesUnder request.systemSets ++ hosts;

  setOf = names: listToAttrs (map (name: { inherit name; value = null; }) names);

  # Each way to part a name at a "-": [ "a-b-c" ] → { base = "a"; suffix = "b-c"; } { base = "a-b"; suffix = "c"; }
  partings =
    name:
    let
      parts = filter isString (split "-" name);
    in
    genList (
      n:
      let
        base = concatStringsSep "-" (genList (elemAt parts) (n + 1));
        start = stringLength base + 1;
      in
      {
        inherit base;
        suffix = substring start (stringLength name - start) name;
      }
    ) (length parts - 1);
  # Cross builds for other targets that stand beside a package by a naming convention: attributes.ts, partitionNames.
  # Sets, since every name is held against every suffix.
  isForeign =
    suffixes: names: name:
    any (
      { base, suffix }:
      base != ""
      && suffixes ? ${suffix}
      && (names ? ${base} || (endsWith "-cross" base && names ? ${substring 0 (stringLength base - 6) base}))
    ) (partings name);
  endsWith =
    suffix: text:
    let
      start = stringLength text - stringLength suffix;
    in
    start > 0 && substring start (stringLength suffix) text == suffix;

  # All lookups of one package: one item each, since one may fail where another works.
  package =
    target: ask: name:
    let
      fill = map (replaceStrings [ request.hole ] [ name ]);
      lookup =
        { kind, paths }:
        let
          asked = answer {
            target = target.system;
            list = null;
            lookups = [
              {
                inherit kind;
                paths = if ask.list == null then paths else map fill paths;
              }
            ];
          };
          found = head asked.lookups;
          # Only a message about a missing package needs the names of the others.
          base =
            if kind == "own" && found.status == "missing" then
              { inherit (asked) names systems; }
            else
              {
                names = [ ];
                systems = [ ];
              };
        in
        visit (toJSON [ target.name ask.text name kind ]) (
          base
          // {
            all = [ ];
            lookups = [ found ];
          }
        );
    in
    foldl' (done: each: seq done (lookup each)) null ask.lookups;

  list =
    target: ask:
    let
      id = toJSON [ target.name ask.text ];
      below = namesUnder ask.list;
      all = if below == [ ] && namesUnder ask.old != [ ] then [ "default" ] else below;
      foreign = isForeign (setOf target.suffixes) (setOf all);
      parted = partition foreign all;
      own = orEmpty id (filter (name: !foreign name) all);
    in
    seq (visit id {
      names = parted.wrong;
      foreign = parted.right;
    }) (foldl' (done: name: seq done (package target ask name)) null own);

  survey =
    target:
    let
      told = foldl' (
        done: ask: seq done (if ask.list == null then package target ask "" else list target ask)
      ) null target.asks;
    in
    seq told (tell "end" (toJSON [ target.name ]) "null");

  exposed = orEmpty systemsId systems;
  wanted = filter (
    target: request.only != null || !target.onlyExposed || elem target.system exposed
  ) request.targets;
  mine = filter (target: !(elem target.name request.givenUp)) wanted;
in
seq (length hosts) (seq (visit systemsId systems) (foldl' (done: target: seq done (survey target)) true mine))
